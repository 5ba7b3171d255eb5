namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Decides which whole days (UTC) are kept: today and the <c>RETENTION_DAYS</c> before it.</summary>
internal static class RetentionRule
{
    public static int FirstDayKept(DateTimeOffset now, int retentionDays) => StoredTurn.DayOf(now.ToUnixTimeMilliseconds()) - retentionDays;

    public static bool IsExpired(DateTimeOffset endedAt, int firstDayKept) => StoredTurn.DayOf(endedAt.ToUnixTimeMilliseconds()) < firstDayKept;
}
