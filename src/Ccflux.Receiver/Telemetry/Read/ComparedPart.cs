using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>The part of a period that is compared with the previous one: its complete hours so far, because rollups are no finer; all of it once it has
/// ended.</summary>
/// <param name="Hours">From the period's start.</param>
/// <param name="IsWhole">Whether the period has ended.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ComparedPart(long Hours, bool IsWhole)
{
    private const int HoursADay = 24;

    /// <summary>Complete days of the part; the day after them is partly included.</summary>
    public long Days => Hours / HoursADay;

    /// <summary>Hours of that day.</summary>
    public long HoursOfDay => Hours % HoursADay;

    /// <summary>Whether the part contains an hour or a day completely.</summary>
    /// <param name="place">Position from the start of the period, or of the previous one.</param>
    /// <param name="hourly">Whether it is an hour; otherwise a day.</param>
    public bool Holds(long place, bool hourly) => IsWhole || place < Complete(hourly);

    /// <summary>Complete hours or days of the part.</summary>
    public long Complete(bool hourly) => hourly ? Hours : Days;

    public static ComparedPart Of(TelemetryFilter filter, DateTimeOffset now)
    {
        var all = (long)filter.Days * HoursADay;
        var passed = Math.Clamp((now.ToUnixTimeMilliseconds() - filter.StartMs) / UnixTime.Hour, 0, all);
        return new ComparedPart(passed, passed == all);
    }

    /// <summary>When the part of the period ends.</summary>
    public DateTimeOffset Until(TelemetryFilter filter) => UnixTime.At(filter.StartMs + (Hours * UnixTime.Hour));
}
