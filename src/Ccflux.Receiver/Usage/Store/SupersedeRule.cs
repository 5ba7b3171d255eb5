namespace Ccflux.Receiver.Usage.Store;

/// <summary>
/// When a turn read from the transcript (schema 2) stands for a report of ccflux 0.1 (schema 1). Such a report has one time, written in seconds,
/// of the last row it summed up or of the moment its hook ran. It belongs to the last turn that had begun by then, and is
/// covered where it falls inside that turn, or where the turn after it is known too: then no other turn lies between.
/// </summary>
internal static class SupersedeRule
{
    /// <summary>Schema 1's times are cut to the second.</summary>
    public const long BeforeStart = 1_000;

    /// <summary>How long ccflux 0.1's hook may have run after the turn's last row.</summary>
    public const long AfterEnd = 15_000;

    /// <param name="reportedAt">Schema 1's time.</param>
    /// <param name="endedAt">End of the last schema-2 turn of the session that began by then.</param>
    /// <param name="nextKnown">True where the turn with the next index is stored.</param>
    public static bool Covers(long reportedAt, long endedAt, bool nextKnown) => nextKnown || reportedAt <= endedAt + AfterEnd;
}
