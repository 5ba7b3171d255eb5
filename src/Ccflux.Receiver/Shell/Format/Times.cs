namespace Ccflux.Receiver.Shell.Format;

/// <summary>
/// Formats times for the pages. The server writes UTC; the pages' script replaces the text of every <c>time</c> with the same format in the
/// browser's time zone, and UTC stays in the title.
/// </summary>
public static class Times
{
    private static readonly CultureInfo s_english = CultureInfo.InvariantCulture;

    /// <summary>How long ago: <c>now</c>, <c>6 min ago</c>, <c>21 h ago</c>, <c>3 d ago</c>; a date beyond 30 days.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var age = now - at;
        return age.TotalSeconds < 60 ? "now"
            : age.TotalMinutes < 60 ? $"{(int)age.TotalMinutes} min ago"
            : age.TotalHours < 24 ? $"{(int)age.TotalHours} h ago"
            : age.TotalDays <= 30 ? $"{(int)age.TotalDays} d ago"
            : Day(at, now);
    }

    /// <summary>The time left until then: <c>in 4 h 28 m</c>; or how long ago it was.</summary>
    public static string Until(DateTimeOffset at, DateTimeOffset now) => at > now ? "in " + Left(at - now) : Ago(at, now);

    /// <summary>The two largest units: <c>3 d 9 h</c>, <c>1 h 28 m</c>, <c>28 m</c>, <c>40 s</c>.</summary>
    public static string Left(TimeSpan left) =>
        left.TotalDays >= 1 ? Two((int)left.TotalDays, "d", left.Hours, "h")
        : left.TotalHours >= 1 ? Two((int)left.TotalHours, "h", left.Minutes, "m")
        : left.TotalMinutes >= 1 ? $"{(int)left.TotalMinutes} m"
        : $"{Math.Max(0, (int)left.TotalSeconds)} s";

    /// <summary>A point in time: <c>20 Nov, 15:32</c>, with the year if it is not the current one.</summary>
    public static string Point(DateTimeOffset at, DateTimeOffset now) => Day(at, now) + at.UtcDateTime.ToString(", HH:mm", s_english);

    /// <summary>A day: <c>21 Aug</c>, <c>20 Nov 2027</c>.</summary>
    public static string Day(DateTimeOffset at, DateTimeOffset now) => Day(DateOnly.FromDateTime(at.UtcDateTime), DateOnly.FromDateTime(now.UtcDateTime));

    public static string Day(DateOnly day, DateOnly today) => day.ToString(day.Year == today.Year ? "d MMM" : "d MMM yyyy", s_english);

    /// <summary>A period of days: <c>22 Oct – 20 Nov 2026</c>.</summary>
    public static string Days(DateOnly from, DateOnly to) =>
        from == to ? to.ToString("d MMM yyyy", s_english)
        : from.ToString(from.Year == to.Year ? "d MMM" : "d MMM yyyy", s_english) + " – " + to.ToString("d MMM yyyy", s_english);

    /// <summary>To the second, for logs: <c>15:31:46</c>.</summary>
    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", s_english);

    /// <summary>The time if today, otherwise the day: <c>14:58</c>, <c>19 Nov</c>.</summary>
    public static string ClockOrDay(DateTimeOffset at, DateTimeOffset now) =>
        at.UtcDateTime.Date == now.UtcDateTime.Date ? at.UtcDateTime.ToString("HH:mm", s_english) : Day(at, now);

    /// <summary>The time if today, otherwise day and time: <c>14:58</c>, <c>22 Nov, 09:30</c>.</summary>
    public static string When(DateTimeOffset at, DateTimeOffset now) =>
        at.UtcDateTime.Date == now.UtcDateTime.Date ? at.UtcDateTime.ToString("HH:mm", s_english) : Point(at, now);

    /// <summary>The time left, as a countdown: <c>3 d 9 h</c>, below a day <c>1 h 28 m 07 s</c>, <c>28 m 07 s</c>, <c>40 s</c>.</summary>
    public static string Countdown(TimeSpan left) => left switch
    {
        { TotalDays: >= 1 } => Left(left),
        { TotalHours: >= 1 } => $"{left.Hours} h {left.Minutes:00} m {left.Seconds:00} s",
        { TotalMinutes: >= 1 } => $"{left.Minutes} m {left.Seconds:00} s",
        _ => $"{Math.Max(0, left.Seconds)} s",
    };

    /// <summary>Exact, in UTC, for titles.</summary>
    public static string Exact(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", s_english);

    /// <summary>For the <c>datetime</c> attribute.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", s_english);

    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", s_english);

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
