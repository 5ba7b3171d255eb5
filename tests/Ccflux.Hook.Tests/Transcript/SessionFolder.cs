using System.Text;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>A test's own config directory, deleted with it.</summary>
internal sealed class SessionFolder : IDisposable
{
    public SessionFolder() => Directory.CreateDirectory(Project);

    public string ConfigDir { get; } = Directory.CreateTempSubdirectory("ccflux-transcripts-").FullName;

    public string Project => Path.Combine(ConfigDir, "projects", "-home-dev-proj");

    public MessageClaims Claims { get; set; } = MessageClaims.InMemory();

    public static string Fixture(string version) => Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "claude-code", version);

    public string MainPath(string session = "s") => Path.Combine(Project, session + ".jsonl");

    public string AgentPath(string agent, string session = "s") => Path.Combine(Project, session, "subagents", $"agent-{agent}.jsonl");

    public void Append(string path, params string[] lines) => AppendRaw(path, string.Concat(lines.Select(line => line + "\n")));

    public void AppendRaw(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    public void AddAgent(string agent, string? call, params string[] lines)
    {
        Append(AgentPath(agent), lines);
        if (call is not null)
        {
            File.WriteAllText(Path.ChangeExtension(AgentPath(agent), ".meta.json"), $$"""{"agentType":"Explore","toolUseId":"{{call}}"}""");
        }
    }

    public ScanResult Scan(TranscriptState? committed = null, string session = "s") =>
        TranscriptScanner.Scan(SessionCatalog.Find(MainPath(session)), committed, Claims);

    /// <summary>Every session as <c>ccflux usage</c> reads it.</summary>
    public IReadOnlyList<ScanResult> ScanAll() => [.. TreeScan.Run(ConfigDir, MessageClaims.InMemory())];

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(ConfigDir, recursive: true);
            return;
        }

        var noLinks = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var path in Directory.EnumerateFileSystemEntries(ConfigDir, "*", noLinks))
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(ConfigDir, recursive: true);
    }
}
