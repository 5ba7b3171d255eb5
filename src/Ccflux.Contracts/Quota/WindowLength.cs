namespace Ccflux.Contracts.Quota;

/// <summary>How long the windows of limits last.</summary>
public static class WindowLength
{
    public const long FiveHoursMilliseconds = 5 * 60 * 60 * 1000;

    public static readonly TimeSpan FiveHours = TimeSpan.FromMilliseconds(FiveHoursMilliseconds);

    public static readonly TimeSpan SevenDays = TimeSpan.FromDays(7);

    /// <summary>The length of a window, if its name tells.</summary>
    public static TimeSpan? Of(string window) => window switch
    {
        _ when window.StartsWith(LimitNames.FiveHour, StringComparison.Ordinal) => FiveHours,
        _ when window.StartsWith(LimitNames.SevenDay, StringComparison.Ordinal) || window.StartsWith("weekly", StringComparison.Ordinal) => SevenDays,
        _ => null,
    };
}
