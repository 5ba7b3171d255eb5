namespace Ccflux.Hook.Transcript;

/// <summary>Transcript files and a committed state in, changed turns and the next state out.</summary>
internal static class TranscriptScanner
{
    /// <summary>Reads what is new since <paramref name="committed"/>. The same state gives the same turns however often it is asked.
    /// Sessions that are not yet committed are to be scanned older ones first, with one ledger.</summary>
    public static ScanResult Scan(SessionFiles session, TranscriptState? committed, MessageClaims claims) =>
        new SessionScan(session, committed, claims).Run();

    /// <summary>Whether a scan could find anything: asks for file lengths only.</summary>
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
