using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>However the bytes arrive, in whatever order files are read, and whichever readings are repeated, the merged requests are those of a single reading of everything.</summary>
public sealed class SplitProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void FixtureTrees_CutAnywhere_GiveTheRequestsOfOneReading(string version)
    {
        var files = Directory.EnumerateFiles(Path.Combine(SessionFolder.Fixture(version), "projects"), "*.jsonl", SearchOption.AllDirectories)
            .Where(path => IsOfInterest(path, version))
            .ToDictionary(path => Path.GetRelativePath(SessionFolder.Fixture(version), path), File.ReadAllBytes);

        Prop.ForAll(Steps(), seed => HoldsFor(files, seed)).Check(Runs);
    }

    [Fact]
    public void SubagentsForksRelaysAndLateRows_CutAnywhere_GiveTheRequestsOfOneReading()
    {
        using var folder = new SessionFolder();
        string[] parent = TranscriptLines.InChain(
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(0, "p0"), "pid0"),
            TranscriptLines.Message(1, "m0", output: 3, stop: null),
            TranscriptLines.Message(2, "m0", stop: "tool_use"),
            TranscriptLines.ToolResult(3),
            "{broken",
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(4, "p1"), "pid1"),
            TranscriptLines.Retry(5),
            TranscriptLines.Failure(6, "f1"),
            TranscriptLines.WithoutRequest(TranscriptLines.Message(6.5, "relay")),
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(7, "p2"), "pid2"),
            TranscriptLines.WithoutRequest(TranscriptLines.Message(8, "relay", output: 50)),
            TranscriptLines.Message(9, "m0", output: 60),
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(10, "p3"), "pid3"));
        folder.Append(folder.MainPath("a"), [TranscriptLines.Enqueue(-1), .. parent]);
        folder.Append(folder.AgentPath("x", "a"), Prompt(2.4, "pid0"), TranscriptLines.Message(2.5, "x0", sidechain: true), TranscriptLines.Message(11, "x1", sidechain: true, stop: null));
        folder.Append(folder.AgentPath("y", "a"), Prompt(8.4, "pid2"), TranscriptLines.Message(8.5, "y0", sidechain: true), TranscriptLines.Message(12, "x0", output: 70, sidechain: true));
        folder.Append(
            folder.MainPath("fork"),
            [TranscriptLines.Enqueue(20), .. parent, TranscriptLines.Prompt(21, "own"), TranscriptLines.Message(22, "own0")]);
        var files = Directory.EnumerateFiles(folder.ConfigDir, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder.ConfigDir, path), File.ReadAllBytes);

        Prop.ForAll(Steps(), seed => HoldsFor(files, seed)).Check(Runs);
    }

    /// <summary>The first row of a subagent.</summary>
    private static string Prompt(double at, string id) =>
        TranscriptLines.WithPrompt(TranscriptLines.Prompt(at, $"side-{at}").Replace("\"isSidechain\":false", "\"isSidechain\":true", StringComparison.Ordinal), id);

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
        var states = new Dictionary<string, SessionProgress>();
        var readings = new List<SessionReading>();
        var random = new Random(seed);
        var written = files.Keys.Order(StringComparer.Ordinal).ToDictionary(name => name, _ => 0);
        while (written.Any(file => file.Value < files[file.Key].Length))
        {
            foreach (var name in written.Keys.Where(name => written[name] < files[name].Length && random.Next(3) > 0).ToArray())
            {
                var until = Math.Min(files[name].Length, written[name] + random.Next(1, files[name].Length));
                Write(grown, name, files[name].AsSpan(written[name]..until));
                written[name] = until;
            }

            ReadAll(grown, states, readings, isStored: random.Next(4) > 0, backwards: random.Next(2) == 0);
        }

        ReadAll(grown, states, readings, isStored: true, backwards: false);
        var expected = new List<SessionReading>();
        ReadAll(whole, [], expected, isStored: true, backwards: false);

        Assert.Equal(Requests(expected), Requests(readings));
        Assert.Equal(Turns(expected), Turns(readings));
        Assert.Equal(Limits(expected), Limits(readings));
    }

    private static IEnumerable<string> Requests(List<SessionReading> readings) => FixtureTests.Merged(readings)
        .OrderBy(request => request.Key)
        .Select(request => $"{request.Key:x16} {request.AtMs} {request.Session} {request.Usage.Model} {request.Usage.Input} {request.Usage.Output} {request.Usage.Partial} {request.Origin}");

    /// <summary>The start is the earliest, the end the latest.</summary>
    private static IEnumerable<string> Turns(List<SessionReading> readings) => readings
        .SelectMany(reading => reading.Turns)
        .GroupBy(turn => turn.Key)
        .OrderBy(turns => turns.Key)
        .Select(turns => $"{turns.Key:x16} {turns.Min(turn => turn.Started)} {turns.Max(turn => turn.Ended)} {turns.Where(turn => turn.Ended == turns.Max(other => other.Ended)).Last().Outcome}");

    private static IEnumerable<string> Limits(List<SessionReading> readings) =>
        readings.SelectMany(reading => reading.Limits).Select(limit => limit.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static void ReadAll(SessionFolder folder, Dictionary<string, SessionProgress> states, List<SessionReading> readings, bool isStored, bool backwards)
    {
        var sessions = FixtureTests.SessionsIn(folder.ConfigDir);
        foreach (var session in backwards ? sessions.Reverse() : sessions)
        {
            var known = states.GetValueOrDefault(session.SessionId);
            var reading = new SessionReader(session, folder.ConfigDir, known, _ => false).Run();
            readings.Add(reading);
            if (isStored)
            {
                states[session.SessionId] = SessionProgress.Read(reading.Next.Write())!;
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
