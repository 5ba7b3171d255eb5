namespace Ccflux.Receiver.Quota;

/// <summary>How long a window lasts, if its name tells.</summary>
internal static class WindowLength
{
    public static TimeSpan? Of(string window) => window switch
    {
        _ when window.StartsWith("five_hour", StringComparison.Ordinal) => TimeSpan.FromHours(5),
        _ when window.StartsWith("seven_day", StringComparison.Ordinal) || window.StartsWith("weekly", StringComparison.Ordinal) => TimeSpan.FromDays(7),
        _ => null,
    };
}
