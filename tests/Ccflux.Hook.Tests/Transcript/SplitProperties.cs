using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>However the bytes arrive, and whichever scans are repeated, the final turns are those of a single scan over everything.</summary>
public sealed class SplitProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void FixtureTrees_CutAnywhere_GiveTheTurnsOfOneScan(string version)
    {
        var files = Directory.EnumerateFiles(Path.Combine(SessionFolder.Fixture(version), "projects"), "*", SearchOption.AllDirectories)
            .Where(path => IsOfInterest(path, version))
            .ToDictionary(path => Path.GetRelativePath(SessionFolder.Fixture(version), path), File.ReadAllBytes);

        Prop.ForAll(Steps(), seed => HoldsFor(files, seed)).Check(Runs);
    }

    [Fact]
    public void SubagentsForksAndLateRows_CutAnywhere_GiveTheTurnsOfOneScan()
    {
        using var folder = new SessionFolder();
        string[] parent =
        [
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m0", output: 3, stop: null),
            TranscriptLines.Message(2, "m0", agentCall: "toolu_a", stop: "tool_use"),
            TranscriptLines.ToolResult(3),
            "{broken",
            TranscriptLines.Prompt(4, "p1"),
            TranscriptLines.Retry(5),
            TranscriptLines.Failure(6, "f1"),
            TranscriptLines.Prompt(7, "p2"),
            TranscriptLines.Message(8, "m2", agentCall: "toolu_b", output: 50),
            TranscriptLines.Message(9, "m0", output: 60),
            TranscriptLines.Prompt(10, "p3"),
        ];
        folder.Append(folder.MainPath("a"), [TranscriptLines.Enqueue(-1), .. parent]);
        folder.Append(folder.AgentPath("x", "a"), TranscriptLines.Message(2.5, "x0", sidechain: true), TranscriptLines.Message(11, "x1", sidechain: true, stop: null));
        File.WriteAllText(Path.ChangeExtension(folder.AgentPath("x", "a"), ".meta.json"), """{"toolUseId":"toolu_a"}""");
        folder.Append(folder.AgentPath("y", "a"), TranscriptLines.Message(8.5, "y0", sidechain: true, agentCall: "toolu_c"), TranscriptLines.Message(12, "x0", output: 70, sidechain: true));
        folder.Append(
            folder.MainPath("fork"),
            [TranscriptLines.Enqueue(20), .. parent, TranscriptLines.Prompt(21, "own"), TranscriptLines.Message(22, "own0")]);
        var files = Directory.EnumerateFiles(folder.ConfigDir, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder.ConfigDir, path), File.ReadAllBytes);

        Prop.ForAll(Steps(), seed => HoldsFor(files, seed)).Check(Runs);
    }

    private static Arbitrary<int> Steps() => ArbMap.Default.ArbFor<int>();

    private static bool IsOfInterest(string path, string version) =>
        version != "2.1.329"
        || new[] { "9f1a8809", "3f61b272", "6f050d0b", "cef7bd8c", "7990cf36", "53226390" }.Any(session => path.Contains(session, StringComparison.Ordinal));

    private static void HoldsFor(Dictionary<string, byte[]> files, int seed)
    {
        using var whole = new SessionFolder();
        foreach (var (name, bytes) in files)
        {
            Write(whole, name, bytes);
        }

        using var grown = new SessionFolder();
        var turns = new Dictionary<(string, int), TurnReport>();
        var states = new Dictionary<string, TranscriptState>();
        var random = new Random(seed);
        var forksFirst = random.Next(2) == 0;
        var written = files.Keys.Order(StringComparer.Ordinal).ToDictionary(name => name, _ => 0);
        while (written.Any(file => file.Value < files[file.Key].Length))
        {
            // A fork is created after the rows that it copies.
            var forkable = written.All(file => IsFork(file.Key) || file.Value == files[file.Key].Length);
            foreach (var name in written.Keys.Where(name => written[name] < files[name].Length && (forkable || !IsFork(name)) && random.Next(3) > 0).ToArray())
            {
                var length = name.EndsWith(".json", StringComparison.Ordinal) ? files[name].Length : random.Next(1, files[name].Length);
                var until = Math.Min(files[name].Length, written[name] + length);
                Write(grown, name, files[name].AsSpan(written[name]..until));
                written[name] = until;
            }

            ScanAll(grown, states, turns, commit: random.Next(4) > 0, forksFirst);
        }

        ScanAll(grown, states, turns, commit: true, forksFirst);
        var expected = new Dictionary<(string, int), TurnReport>();
        ScanAll(whole, [], expected, commit: true, forksFirst: false);
        if (!forksFirst)
        {
            Assert.Equal(expected.Keys.Order(), turns.Keys.Order());
            Assert.All(expected, turn => Assert.Equivalent(turn.Value, turns[turn.Key], strict: true));
            return;
        }

        // Scanned before its parent, a fork counts what it copied; everything still counts once.
        Assert.Equal(Total(expected), Total(turns));
    }

    private static bool IsFork(string path) =>
        Path.GetFileName(path).StartsWith("fork", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith("3f61b272", StringComparison.Ordinal);

    private static string Total(Dictionary<(string, int), TurnReport> turns)
    {
        var models = turns.Values.SelectMany(turn => turn.Models.Values).ToArray();
        return $"{models.Sum(model => model.Messages)} {models.Sum(model => model.OutputTokens)} {models.Sum(model => model.InputTokens)} {models.Sum(model => model.CacheReadTokens)}";
    }

    private static void ScanAll(SessionFolder folder, Dictionary<string, TranscriptState> states, Dictionary<(string, int), TurnReport> turns, bool commit, bool forksFirst)
    {
        var sessions = SessionCatalog.List(folder.ConfigDir);
        foreach (var session in forksFirst ? sessions.Reverse() : sessions)
        {
            var committed = states.GetValueOrDefault(session.SessionId);
            if (!TranscriptScanner.HasChanged(session, committed))
            {
                continue;
            }

            var scan = TranscriptScanner.Scan(session, committed, folder.Claims);
            if (!commit)
            {
                // As if the receiver had been unreachable; another scan finds the same again.
                var again = TranscriptScanner.Scan(session, committed, folder.Claims);
                Assert.Equivalent(scan.Turns, again.Turns, strict: true);
                continue;
            }

            states[session.SessionId] = scan.Next;
            foreach (var turn in scan.Turns)
            {
                turns[(session.SessionId, turn.TurnIndex)] = turn;
            }
        }
    }

    private static void Write(SessionFolder folder, string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(folder.ConfigDir, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.Append);
        file.Write(bytes);
    }
}
