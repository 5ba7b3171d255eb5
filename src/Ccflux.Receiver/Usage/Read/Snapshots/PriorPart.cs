using System.Runtime.InteropServices;
using Ccflux.Receiver.Platform.Calendar;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>The part of the preceding period of equal length with which a period is compared: up to the point that the period has reached, or all
/// of it once the period has ended.</summary>
/// <param name="From">Its first day.</param>
/// <param name="Day">The day that counts in part; days before it count fully, days after it do not count.</param>
/// <param name="Until">Epoch milliseconds at which the part ends: a whole minute.</param>
/// <param name="HasPartOfDay">True if a part of <paramref name="Day"/> counts.</param>
/// <param name="IsWhole">True if the period has ended.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PriorPart(int From, int Day, long Until, bool HasPartOfDay, bool IsWhole)
{
    private const long Minute = 60_000;

    /// <param name="calendar">The organisation's.</param>
    /// <param name="from">First day of the period.</param>
    /// <param name="to">Its last day.</param>
    /// <param name="now">Separates the part that has passed from the part to come.</param>
    public static PriorPart Of(OrganisationCalendar calendar, int from, int to, DateTimeOffset now)
    {
        var length = to - from + 1;
        var (start, end) = (calendar.StartOf(from), calendar.StartOf(to + 1));
        if (now.ToUnixTimeMilliseconds() >= end)
        {
            return new PriorPart(from - length, from, start, HasPartOfDay: false, IsWhole: true);
        }

        // Daylight saving can make the days before shorter than what has passed of these.
        var passed = Math.Max(0, now.ToUnixTimeMilliseconds() - start) / Minute * Minute;
        var until = Math.Min(calendar.StartOf(from - length) + passed, start);
        var day = calendar.DayOf(until);
        return new PriorPart(from - length, day, until, until > calendar.StartOf(day), IsWhole: false);
    }
}
