namespace Ccflux.Hook.Transcript;

/// <summary>Turns transcript files and a committed state into changed turns and the next state.</summary>
internal static class TranscriptScanner
{
    /// <summary>Reads what is new since <paramref name="committed"/>. The same state gives the same turns, however often it is called.
    /// Sessions that are not yet committed must be scanned oldest first, with the same claims.</summary>
    public static ScanResult Scan(SessionFiles session, TranscriptState? committed, MessageClaims claims) =>
        new SessionScan(session, committed, claims).Run();

    /// <summary>Whether a scan could find anything; reads file lengths only.</summary>
    public static bool HasChanged(SessionFiles session, TranscriptState? committed)
    {
        var files = new Dictionary<string, FileProgress>(StringComparer.Ordinal);
        committed?.ReadFiles(files);
        return Changed(session, session.MainPath, files) || session.AgentPaths.Any(path => Changed(session, path, files));
    }

    private static bool Changed(SessionFiles session, string path, Dictionary<string, FileProgress> files) =>
        TranscriptFile.Length(path) is { } length
        && length != (files.TryGetValue(session.NameOf(path), out var known) ? known.SeenLength : 0);
}
