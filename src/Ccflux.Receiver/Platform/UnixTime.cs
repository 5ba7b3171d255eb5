namespace Ccflux.Receiver.Platform;

/// <summary>Instants as the database stores them: milliseconds since 1970-01-01 UTC.</summary>
internal static class UnixTime
{
    public const long Hour = 3_600_000;
    public const long Day = 24 * Hour;

    /// <summary><see cref="Hour"/> and <see cref="Day"/> in the text of statements, which are constants.</summary>
    public const string SqlHour = "3600000";
    public const string SqlDay = "86400000";

    public static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? At(long? milliseconds) => milliseconds is { } value ? At(value) : null;

    /// <summary>The day (UTC) of an instant, counted since 1970-01-01.</summary>
    public static long DayOf(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds() / Day;

    /// <summary>The time until the next day (UTC) begins.</summary>
    public static TimeSpan UntilTomorrow(DateTimeOffset now) => now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
}
