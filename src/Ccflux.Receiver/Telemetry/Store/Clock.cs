namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>The hour and the day of an instant, counted since 1970-01-01 (UTC).</summary>
internal static class Clock
{
    public const long HourMs = 3_600_000;
    public const long DayMs = 24 * HourMs;

    public static long Hour(long epochMs) => epochMs / HourMs;

    public static long Day(long epochMs) => epochMs / DayMs;
}
