namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>The hour and the day of an instant, counted since 1970-01-01 (UTC).</summary>
internal static class Clock
{
    public static long Hour(long epochMs) => epochMs / UnixTime.Hour;

    public static long Day(long epochMs) => epochMs / UnixTime.Day;
}
