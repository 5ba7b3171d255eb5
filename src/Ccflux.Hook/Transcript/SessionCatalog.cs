namespace Ccflux.Hook.Transcript;

/// <summary>Lists transcripts: <c>projects/PROJECT/SESSION.jsonl</c> with subagents in <c>projects/PROJECT/SESSION/subagents/</c>
/// or, up to 2.0, next to it as <c>agent-ID.jsonl</c>, where the rows name the session.</summary>
internal static class SessionCatalog
{
    /// <summary>Every session below <c>&lt;config dir&gt;/projects</c>, oldest first. A fork copies its parent's rows with their
    /// times, but what it writes first is its own; if even that is equal, the file created later is the copy.</summary>
    public static IReadOnlyList<SessionFiles> List(string configDir)
    {
        var projects = Path.GetFullPath(Path.Combine(configDir, "projects"));
        return Directory.Exists(projects)
            ? [.. OldestFirst(SessionListing.Of(projects)).GroupBy(session => session.SessionId, StringComparer.Ordinal).Select(Join)]
            : [];
    }

    /// <summary>The order in which sessions must be scanned, so that rows copied by a fork count in its parent.</summary>
    public static IEnumerable<SessionFiles> OldestFirst(IEnumerable<SessionFiles> sessions) => sessions
        .Select(session => (session, age: Age(session)))
        .OrderBy(pair => pair.age.FirstMs)
        .ThenBy(pair => pair.age.Created)
        .ThenBy(pair => pair.session.MainPath, StringComparer.Ordinal)
        .Select(pair => pair.session);

    /// <summary>The session that a hook names by its transcript, whether or not the file exists yet.</summary>
    public static SessionFiles Find(string transcriptPath) =>
        new(Path.GetFileNameWithoutExtension(transcriptPath), transcriptPath, SessionListing.AgentsOf(transcriptPath));

    /// <summary>Joins the files of a session that was moved to another folder and left a copy behind.</summary>
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
}
