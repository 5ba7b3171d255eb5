namespace Ccflux.Hook.Transcript;

/// <summary>Reads every turn of every session below a config directory, by the same rules as reports, from the files alone: no state, no cache.</summary>
internal static class TreeScan
{
    /// <summary>How much is read before its turns are built: bounds the rows in memory at once.</summary>
    private const long BatchBytes = 1024L * 1024 * 1024;

    /// <param name="configDir">Where the transcripts are.</param>
    /// <param name="claims">Which messages were counted already: shared by all config directories whose usage is added up.</param>
    public static IEnumerable<ScanResult> Run(string configDir, MessageClaims claims)
    {
        foreach (var batch in Batches(SessionCatalog.List(configDir)))
        {
            var rows = PreparedRows.Read(batch.SelectMany(Paths));
            foreach (var session in batch)
            {
                yield return new SessionScan(session, committed: null, claims, rows).Run();
            }
        }
    }

    private static IEnumerable<List<SessionFiles>> Batches(IReadOnlyList<SessionFiles> sessions)
    {
        var batch = new List<SessionFiles>();
        long bytes = 0;
        foreach (var session in sessions)
        {
            batch.Add(session);
            bytes += Paths(session).Sum(path => TranscriptFile.Length(path) ?? 0);
            if (bytes >= BatchBytes)
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }
        }

        yield return batch;
    }

    private static IEnumerable<string> Paths(SessionFiles session) => session.AgentPaths.Prepend(session.MainPath);
}
