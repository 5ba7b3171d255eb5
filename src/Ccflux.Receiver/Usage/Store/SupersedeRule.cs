namespace Ccflux.Receiver.Usage.Store;

/// <summary>
/// Decides when a turn read from the transcript (schema 2) replaces a report of ccflux 0.1 (schema 1). Such a report has a single time, in whole
/// seconds: of the last row that it summed up or of the moment its hook ran. It belongs to the last turn that had begun by then. It is
/// covered if it falls inside that turn, or if the next turn is known too, because no other turn can then be in between.
/// </summary>
internal static class SupersedeRule
{
    /// <summary>Schema 1's times are truncated to the second.</summary>
    public const long BeforeStart = 1_000;

    /// <summary>How long ccflux 0.1's hook may have run after the turn's last row.</summary>
    public const long AfterEnd = 15_000;

    /// <param name="reportedAt">Schema 1's time.</param>
    /// <param name="endedAt">End of the session's last schema-2 turn that had begun by then.</param>
    /// <param name="nextKnown">True if the turn with the next index is stored.</param>
    public static bool Covers(long reportedAt, long endedAt, bool nextKnown) => nextKnown || reportedAt <= endedAt + AfterEnd;
}
