using System.Text;
using System.Text.Json;
using Ccflux.Hook.Commands;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Whatever copies of a transcript there are, in whatever folders and on whatever machines, each request counts once, at its own time.</summary>
public sealed class CopyTests : IDisposable
{
    private const double Day = 86_400;

    private readonly SessionFolder _folder = new();
    private readonly SessionFolder _other = new();

    [Fact]
    public void OneSessionInTwoFolders_IsTheSumOfBoth()
    {
        _folder.Append(_folder.MainPath(), Turns("a", 0, 1));
        _folder.Append(Path.Combine(_folder.ConfigDir, "projects", "-home-dev-proj--worktree", "s.jsonl"), Turns("b", 1, 3));

        AssertDays(("2026-11-20", 20), ("2026-11-21", 20), ("2026-11-22", 20), ("2026-11-23", 20));
        Assert.Equal(4, Reports([_folder]).Count);
    }

    [Fact]
    public void CopyThatGoesOn_CountsWhatItAdds()
    {
        _folder.Append(_folder.MainPath(), Turns("a", 0, 3));
        var copy = Path.Combine(_folder.ConfigDir, "projects", "-home-dev-new", "s.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(_folder.MainPath(), copy);
        _folder.Append(copy, Turns("b", 3, 1));

        AssertDays(("2026-11-20", 20), ("2026-11-21", 20), ("2026-11-22", 20), ("2026-11-23", 20));
        Assert.Equal(4, Reports([_folder]).Count);
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("link to the folder")]
    [InlineData("link to the file")]
    [InlineData("hard link")]
    public void FileByTwoNames_CountsOnce(string how)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        _folder.Append(_folder.MainPath(), Turns("a", 0, 2));
        var second = Path.Combine(_folder.ConfigDir, "projects", "-other");
        var file = Path.Combine(second, "s.jsonl");
        if (how is "link to the folder")
        {
            Directory.CreateSymbolicLink(second, _folder.Project);
        }
        else
        {
            Directory.CreateDirectory(second);
            switch (how)
            {
                case "copy":
                    File.Copy(_folder.MainPath(), file);
                    break;
                case "link to the file":
                    File.CreateSymbolicLink(file, _folder.MainPath());
                    break;
                default:
                    using (var link = System.Diagnostics.Process.Start("ln", [_folder.MainPath(), file]))
                    {
                        link.WaitForExit();
                    }

                    break;
            }
        }

        AssertDays(("2026-11-20", 20), ("2026-11-21", 20));
        Assert.Equal(2, Reports([_folder]).Count);
    }

    [Fact]
    public void ProjectsSharedByTwoConfigDirs_CountOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        _folder.Append(_folder.MainPath(), Turns("a", 0, 2));
        Directory.Delete(Path.Combine(_other.ConfigDir, "projects"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(_other.ConfigDir, "projects"), Path.Combine(_folder.ConfigDir, "projects"));

        Assert.Equal((2, 40L), SessionFolder.Total(LocalRequests.Read([_folder.ConfigDir, _other.ConfigDir], []).Requests));
    }

    /// <summary>The transcript goes back and forth between two machines, each of which adds to what it has.</summary>
    [Fact]
    public void SessionResumedAlternatelyOnTwoMachines_CountsOnce()
    {
        string[] rows = [.. Turns("a", 0, 1), .. Turns("b", 1, 1), .. Turns("c", 2, 1)];
        _folder.Append(_folder.MainPath(), rows[..2]);
        _other.Append(_other.MainPath(), rows[..4]);
        var first = _folder.Read();
        _folder.Append(_folder.MainPath(), Turns("x", 1, 1));
        File.Delete(_folder.MainPath());
        _folder.Append(_folder.MainPath(), rows);
        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal((3, 60L), SessionFolder.Total(FixtureTests.Merged([first, second, _other.Read()])));
        Assert.Equal((3, 60L), SessionFolder.Total(LocalRequests.Read([_folder.ConfigDir, _other.ConfigDir], []).Requests));
    }

    [Fact]
    public void TwoMachinesThatDriftApart_CountWhatEachAdds()
    {
        _folder.Append(_folder.MainPath(), [.. Turns("a", 0, 1), .. Turns("w", 1, 1)]);
        _other.Append(_other.MainPath(), [.. Turns("a", 0, 1), .. Turns("v", 1, 1)]);

        Assert.Equal((3, 60L), SessionFolder.Total(Reports([_folder, _other])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForkOfAFork_OnAnotherMachineToo_CountsOnce(bool namesItsParent)
    {
        string Copy(string fork, string line) => namesItsParent ? TranscriptLines.Forked(fork, "s", line) : TranscriptLines.In(fork, line);
        string[] parent = Turns("a", 0, 2);
        string[] fork = [.. parent.Select(line => Copy("fork", line)), .. Turns("b", 2, 1).Select(line => TranscriptLines.In("fork", line))];
        string[] second = [.. fork.Select(line => TranscriptLines.In("fork2", line.Replace("\"sessionId\":\"fork\"", "\"sessionId\":\"fork2\"", StringComparison.Ordinal))), .. Turns("c", 3, 1).Select(line => TranscriptLines.In("fork2", line))];
        _folder.Append(_folder.MainPath(), parent);
        _other.Append(_other.MainPath("fork"), fork);
        _other.Append(_other.MainPath("fork2"), second);

        var merged = Reports([_folder, _other]);

        Assert.Equal((4, 80L), SessionFolder.Total(merged));
        Assert.Equal(4, merged.Select(request => request.Turn).Distinct().Count());
        Assert.Equal((4, 80L), SessionFolder.Total(LocalRequests.Read([_folder.ConfigDir, _other.ConfigDir], []).Requests));
        if (namesItsParent)
        {
            Assert.Equal(2, merged.Count(request => request.Session == "s"));
        }
    }

    [Fact]
    public void TurnOverDays_StandsOnTheDaysOfItsRequests_AndInTheirBlocks()
    {
        _folder.Append(
            _folder.MainPath(),
            [TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(0, 3).Select(day => TranscriptLines.Message((day * Day) + 60, $"m{day}")), .. Enumerable.Range(1, 6).Select(hour => TranscriptLines.Message(hour * 3600, $"h{hour}", output: 1))]);

        AssertDays(("2026-11-20", 26), ("2026-11-21", 20), ("2026-11-22", 20));
        Assert.Equal([24L, 2, 20, 20], Rows("block").Select(row => row.Output));
        Assert.Single(Reports([_folder]).Select(request => request.Turn).Distinct());
    }

    [Fact]
    public void Sessions_StandInTheOrderOfTheirStarts()
    {
        _folder.Append(_folder.MainPath("b"), [.. Turns("b", 1, 1).Select(line => TranscriptLines.In("b", line))]);
        _folder.Append(_folder.MainPath("c"), [.. Turns("c", 0, 1).Select(line => TranscriptLines.In("c", line))]);
        _folder.Append(_folder.MainPath("a"), [.. Turns("a", 2, 1).Select(line => TranscriptLines.In("a", line))]);

        Assert.Equal(["c", "b", "a"], Rows("session").Select(row => row.Key));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    /// <summary>A turn on each of some days, counted from the first.</summary>
    private static string[] Turns(string name, int day, int count) => [.. Enumerable.Range(day, count).SelectMany(at => new[]
    {
        TranscriptLines.Prompt(at * Day, $"{name}{at}"),
        TranscriptLines.Message((at * Day) + 5, $"msg-{name}{at}"),
    })];

    /// <summary>All that the machines report, merged.</summary>
    private static IReadOnlyCollection<Request> Reports(IEnumerable<SessionFolder> machines) => FixtureTests.Merged(machines.SelectMany(machine =>
        FixtureTests.SessionsIn(machine.ConfigDir).Select(session => new SessionReader(session, machine.ConfigDir, known: null, _ => false).Run())));

    private void AssertDays(params (string Day, long Output)[] expected) => Assert.Equal(expected, Rows("day"));

    private (string Key, long Output)[] Rows(string by)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, UsageCommand.Run(["--config-dir", _folder.ConfigDir, "--by", by, "--timezone", "UTC", "--json"], output, TextWriter.Null, TimeProvider.System));
        return [.. JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray())).RootElement.GetProperty("rows").EnumerateArray()
            .Select(row => (row.GetProperty("key").GetString()!, row.GetProperty("output_tokens").GetInt64()))];
    }
}
