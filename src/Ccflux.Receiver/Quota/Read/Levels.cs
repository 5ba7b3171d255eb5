namespace Ccflux.Receiver.Quota.Read;

/// <summary>Rules for how a reading is shown.</summary>
internal static class Levels
{
    public const long YellowMilli = 70_000;
    public const long RedMilli = 90_000;

    /// <summary>The longest time without a reading while polling works, not counting backoff.</summary>
    private static readonly TimeSpan s_polledAge = TimeSpan.FromMinutes(10);

    /// <summary>A status line reports changes only, and nothing while its user is idle.</summary>
    private static readonly TimeSpan s_pushedAge = TimeSpan.FromHours(1);

    public static QuotaLevel Of(long usedMilli) => usedMilli switch
    {
        >= RedMilli => QuotaLevel.Red,
        >= YellowMilli => QuotaLevel.Yellow,
        _ => QuotaLevel.Green,
    };

    public static bool IsStale(bool isPolled, DateTimeOffset observedAt, TimeSpan pollInterval, DateTimeOffset now) =>
        now - observedAt > (isPolled ? Longer(s_polledAge, pollInterval * 3) : s_pushedAge);

    /// <summary>Five hours, seven days, then windows of single models, then the rest.</summary>
    public static int Order(string window) => window switch
    {
        "five_hour" => 0,
        "seven_day" => 1,
        _ when window.StartsWith("seven_day", StringComparison.Ordinal) || window.StartsWith("weekly", StringComparison.Ordinal) => 2,
        _ => 3,
    };

    private static TimeSpan Longer(TimeSpan first, TimeSpan second) => first > second ? first : second;
}
