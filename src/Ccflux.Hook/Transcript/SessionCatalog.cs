using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>Which transcripts there are: <c>projects/PROJECT/SESSION.jsonl</c> with subagents in <c>projects/PROJECT/SESSION/subagents/</c>,
/// or, up to 2.0, beside it as <c>agent-ID.jsonl</c>, where the rows tell the session.</summary>
internal static class SessionCatalog
{
    private const string Pattern = "*.jsonl";
    private const string LegacyAgent = "agent-";
    private const int MaxSessionId = Contracts.Usage.ReportLimits.MaxSessionId;
    private const int HeadBytes = 16 * 1024;

    private static readonly EnumerationOptions TopOnly = new() { IgnoreInaccessible = true };

    // A link to a folder above would never end; depth is what subagents of workflows need, and to spare.
    private static readonly EnumerationOptions Nested = new()
    {
        IgnoreInaccessible = true,
        RecurseSubdirectories = true,
        MaxRecursionDepth = 8,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Every session below <c>&lt;config dir&gt;/projects</c>, older ones first. A fork copies its parent's rows with their
    /// instants, but what it writes first is its own; where even that is equal, the file made later is the copy.</summary>
    public static IReadOnlyList<SessionFiles> List(string configDir)
    {
        var projects = new DirectoryInfo(Path.Combine(configDir, "projects"));
        if (!projects.Exists)
        {
            return [];
        }

        return [.. OldestFirst(projects.EnumerateDirectories("*", TopOnly).SelectMany(ListProject))
            .GroupBy(session => session.SessionId, StringComparer.Ordinal)
            .Select(Join)];
    }

    /// <summary>The order in which sessions must be scanned, so that what a fork copied counts in its parent.</summary>
    public static IEnumerable<SessionFiles> OldestFirst(IEnumerable<SessionFiles> sessions) => sessions
        .Select(session => (session, age: Age(session)))
        .OrderBy(pair => pair.age.FirstMs)
        .ThenBy(pair => pair.age.Created)
        .ThenBy(pair => pair.session.MainPath, StringComparer.Ordinal)
        .Select(pair => pair.session);

    /// <summary>The session that a hook names by its transcript, whether or not the file is there yet.</summary>
    public static SessionFiles Find(string transcriptPath)
    {
        var session = Path.GetFileNameWithoutExtension(transcriptPath);
        var project = new DirectoryInfo(Path.GetDirectoryName(Path.GetFullPath(transcriptPath))!);
        var agents = AgentsOf(project, session);
        if (project.Exists)
        {
            agents.AddRange(project.EnumerateFiles(LegacyAgent + Pattern, TopOnly)
                .Select(file => file.FullName)
                .Where(path => string.Equals(SessionOf(path), session, StringComparison.Ordinal)));
        }

        agents.Sort(StringComparer.Ordinal);
        return new SessionFiles(session, transcriptPath, agents);
    }

    private static IEnumerable<SessionFiles> ListProject(DirectoryInfo project)
    {
        var sessions = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in project.EnumerateFiles(Pattern, TopOnly))
        {
            if (!file.Name.StartsWith(LegacyAgent, StringComparison.Ordinal))
            {
                AgentsOf(sessions, Path.GetFileNameWithoutExtension(file.Name));
            }
            else if (SessionOf(file.FullName) is { } session)
            {
                AgentsOf(sessions, session).Add(file.FullName);
            }
        }

        foreach (var folder in project.EnumerateDirectories("*", TopOnly))
        {
            if (AgentsOf(project, folder.Name) is { Count: > 0 } agents)
            {
                AgentsOf(sessions, folder.Name).AddRange(agents);
            }
        }

        foreach (var (session, agents) in sessions.Where(pair => pair.Key.Length is > 0 and <= MaxSessionId))
        {
            agents.Sort(StringComparer.Ordinal);
            yield return new SessionFiles(session, Path.Combine(project.FullName, session + ".jsonl"), agents);
        }
    }

    private static List<string> AgentsOf(Dictionary<string, List<string>> sessions, string session)
    {
        if (!sessions.TryGetValue(session, out var agents))
        {
            sessions.Add(session, agents = []);
        }

        return agents;
    }

    private static List<string> AgentsOf(DirectoryInfo project, string session)
    {
        var folder = new DirectoryInfo(Path.Combine(project.FullName, session));
        return folder.Exists ? [.. folder.EnumerateFiles(Pattern, Nested).Select(file => file.FullName)] : [];
    }

    /// <summary>A session that was moved to another folder and left a copy behind is one session still.</summary>
    private static SessionFiles Join(IGrouping<string, SessionFiles> same)
    {
        var sessions = same.ToArray();
        var first = sessions[0];
        return sessions.Length == 1
            ? first
            : first with
            {
                AgentPaths = [.. first.AgentPaths, .. sessions.Skip(1).SelectMany(session => session.AgentPaths.Prepend(session.MainPath))],
            };
    }

    private static (long FirstMs, DateTime Created) Age(SessionFiles session)
    {
        foreach (var path in session.AgentPaths.Prepend(session.MainPath))
        {
            using var file = TranscriptFile.Open(path, out _);
            if (file is not null && TranscriptFile.FirstInstant(file) is var first and > 0)
            {
                return (first, File.GetCreationTimeUtc(file));
            }
        }

        return (long.MaxValue, DateTime.MaxValue);
    }

    /// <summary>The session that the first row of a file names: <c>"sessionId":"dbb773c7-…"</c>.</summary>
    private static string? SessionOf(string path)
    {
        using var file = TranscriptFile.Open(path, out _);
        if (file is null)
        {
            return null;
        }

        var buffer = new byte[HeadBytes];
        ReadOnlySpan<byte> head = buffer.AsSpan(0, RandomAccess.Read(file, buffer, 0));
        var mark = "\"sessionId\":\""u8;
        var at = head.IndexOf(mark);
        if (at < 0)
        {
            return null;
        }

        head = head[(at + mark.Length)..];
        var length = head.IndexOf((byte)'"');
        return length is > 0 and <= MaxSessionId && head[..length].IndexOfAny((byte)'/', (byte)'\\') < 0 ? Encoding.UTF8.GetString(head[..length]) : null;
    }
}
