namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Which whole days (UTC) are kept: today and as many before it as <c>RETENTION_DAYS</c> says.</summary>
internal static class RetentionRule
{
    public static int FirstDayKept(DateTimeOffset now, int retentionDays) => StoredTurn.DayOf(now.ToUnixTimeMilliseconds()) - retentionDays;

    public static bool IsExpired(DateTimeOffset endedAt, int firstDayKept) => StoredTurn.DayOf(endedAt.ToUnixTimeMilliseconds()) < firstDayKept;
}
