using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Transcripts behind links, as left by tools that keep settings in one place and by people who share folders.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly SessionFolder _folder = new();
    private readonly SessionFolder _elsewhere = new();

    public LinkTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");

    [Fact]
    public void TranscriptThatIsALink_IsReadWhole()
    {
        _elsewhere.Append(_elsewhere.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        File.CreateSymbolicLink(_folder.MainPath(), _elsewhere.MainPath());

        var reading = _folder.Read();

        Assert.Equal((20L, 20L), (SessionFolder.Output(reading), All()));
        Assert.False(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, reading.Next));
        _elsewhere.Append(_elsewhere.MainPath(), TranscriptLines.Message(2, "m2"));
        Assert.True(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, reading.Next));
        Assert.Equal(20, SessionFolder.Output(_folder.Read(reading.Next)));
    }

    [Fact]
    public void LastWrite_IsThatOfWhatTheLinkLeadsTo()
    {
        _elsewhere.Append(_elsewhere.MainPath(), TranscriptLines.Prompt(0, "p0"));
        File.SetLastWriteTimeUtc(_elsewhere.MainPath(), new DateTime(2030, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        File.CreateSymbolicLink(_folder.MainPath(), _elsewhere.MainPath());

        Assert.Equal(2030, new DateTime(TranscriptFile.Look(_folder.MainPath())!.Value.Written, DateTimeKind.Utc).Year);
    }

    [Theory]
    [InlineData("projects")]
    [InlineData("projects/-home-dev-proj")]
    [InlineData("projects/-home-dev-proj/s")]
    [InlineData("projects/-home-dev-proj/s/subagents")]
    [InlineData("projects/-home-dev-proj/s/subagents/agent-x.jsonl")]
    public void LinkAtEachLevel_IsFollowed(string linked)
    {
        _elsewhere.Append(_elsewhere.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        _elsewhere.Append(_elsewhere.AgentPath("x"), TranscriptLines.Message(2, "a1", sidechain: true));
        var link = Path.Combine(_folder.ConfigDir, linked);
        Directory.Delete(_folder.Project);
        Directory.Delete(Path.GetDirectoryName(_folder.Project)!);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        Directory.CreateSymbolicLink(link, Path.Combine(_elsewhere.ConfigDir, linked));
        if (!File.Exists(_folder.MainPath()))
        {
            File.Copy(_elsewhere.MainPath(), _folder.MainPath());
        }

        Assert.Equal((40L, 40L), (All(), SessionFolder.Output(_folder.Read())));
    }

    [Fact]
    public void LoopsOfLinks_EndAndCountOnce()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(2, "a1", sidechain: true), TranscriptLines.Retry(3));
        var session = Path.Combine(_folder.Project, "s");
        Directory.CreateSymbolicLink(Path.Combine(session, "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(session, "subagents", "here"), ".");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Project, "top"), _folder.ConfigDir);
        Directory.CreateSymbolicLink(Path.Combine(session, "itself"), Path.Combine(session, "itself"));
        File.CreateSymbolicLink(Path.Combine(session, "gone.jsonl"), Path.Combine(session, "nowhere.jsonl"));

        var all = _folder.ReadAll();

        Assert.Equal(40, SessionFolder.Output(all.Requests));
        Assert.Empty(all.Problems);
        Assert.Equal(40, SessionFolder.Output(_folder.Read()));
    }

    [Fact]
    public void FileByTwoNames_IsReadOnce_ByItsOwn()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(2, "a1", sidechain: true), TranscriptLines.Retry(3));
        File.CreateSymbolicLink(_folder.AgentPath("again"), _folder.AgentPath("x"));
        File.CreateSymbolicLink(_folder.AgentPath("main"), _folder.MainPath());
        Directory.CreateSymbolicLink(Path.Combine(_folder.ConfigDir, "projects", "-a-link"), _folder.Project);

        Assert.Equal(
            [_folder.MainPath(), _folder.AgentPath("x")], SessionListing.FilesOf(Path.Combine(_folder.ConfigDir, "projects"), []).Select(file => file.Path));
        Assert.Equal([_folder.AgentPath("x")], _folder.Paths().Subagents);
        Assert.Single(_folder.Read().Limits);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    private long All() => SessionFolder.Output(_folder.ReadAll().Requests);
}
