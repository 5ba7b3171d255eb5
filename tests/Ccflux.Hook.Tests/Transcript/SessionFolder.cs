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

    public static string Fixture(string version) => Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "claude-code", version);

    public string MainPath(string session = "s") => Path.Combine(Project, session + ".jsonl");

    public string AgentPath(string agent, string session = "s") => Path.Combine(Project, session, "subagents", $"agent-{agent}.jsonl");

    public void Append(string path, params string[] lines) => AppendRaw(path, string.Concat(lines.Select(line => line + "\n")));

    public void AppendRaw(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>What is new in a session, as reports read it.</summary>
    public SessionReading Read(SessionProgress? known = null, string session = "s", Func<long, bool>? isSilent = null) =>
        new SessionReader(Paths(session), ConfigDir, known, isSilent ?? (_ => false)).Run();

    public SessionPaths Paths(string session = "s") => new(session, [MainPath(session)], SessionListing.AgentsOf(MainPath(session)));

    /// <summary>Everything, as <c>ccflux usage</c> reads it.</summary>
    public LocalRequests ReadAll() => LocalRequests.Read([ConfigDir], []);

    public static long Output(SessionReading reading) => Output(reading.Requests);

    public static long Output(IEnumerable<Request> requests) => requests.Sum(request => request.Usage.Output);

    /// <summary>Requests and their output.</summary>
    public static (int Requests, long Output) Total(IReadOnlyCollection<Request> requests) => (requests.Count, Output(requests));

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
