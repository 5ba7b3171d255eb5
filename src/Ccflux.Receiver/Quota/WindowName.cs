namespace Ccflux.Receiver.Quota;

/// <summary>Names windows for pages and alerts.</summary>
internal static class WindowName
{
    /// <summary><c>five_hour</c> becomes 5-hour, <c>seven_day_opus</c> becomes 7-day, Opus; others keep their name.</summary>
    public static string Of(string window) => window switch
    {
        "five_hour" => "5-hour",
        "seven_day" => "7-day",
        "extra_usage" => "Extra usage",
        _ when window.StartsWith("seven_day_", StringComparison.Ordinal) => "7-day, " + Words(window["seven_day_".Length..]),
        _ when window.StartsWith("five_hour_", StringComparison.Ordinal) => "5-hour, " + Words(window["five_hour_".Length..]),
        _ when window.StartsWith("weekly_scoped:", StringComparison.Ordinal) => "7-day, " + Words(window["weekly_scoped:".Length..]),
        _ => Words(window),
    };

    private static string Words(string name)
    {
        var words = name.Replace('_', ' ').Replace(':', ' ');
        return words.Length == 0 ? name : char.ToUpperInvariant(words[0]) + words[1..];
    }
}
