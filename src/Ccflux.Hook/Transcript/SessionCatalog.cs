namespace Ccflux.Hook.Transcript;

/// <summary>Lists transcripts: <c>projects/PROJECT/SESSION.jsonl</c> with subagents in <c>projects/PROJECT/SESSION/subagents/</c>
/// or, up to 2.0, next to it as <c>agent-ID.jsonl</c>, where the rows name the session.</summary>
internal static class SessionCatalog
{
    /// <summary>Every session below <c>&lt;config dir&gt;/projects</c>, with the copies of its transcript that stand in other projects' folders.</summary>
    public static IReadOnlyList<SessionPaths> List(string configDir)
    {
        var projects = Path.GetFullPath(Path.Combine(configDir, "projects"));
        return Directory.Exists(projects)
            ? [.. SessionListing.Of(projects)
                .OrderBy(session => session.Main[0], StringComparer.Ordinal)
                .GroupBy(session => session.SessionId, StringComparer.Ordinal)
                .Select(same => new SessionPaths(same.Key, [.. same.SelectMany(session => session.Main)], [.. same.SelectMany(session => session.Subagents)]))]
            : [];
    }

    /// <summary>The session whose transcript a hook names, whether or not the file exists yet.</summary>
    public static SessionPaths Find(string sessionId, string transcriptPath) => new(sessionId, [transcriptPath], SessionListing.AgentsOf(transcriptPath));
}
