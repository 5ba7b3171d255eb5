using System.Collections.Concurrent;

namespace Ccflux.Receiver.Platform.Calendar;

/// <summary>The days of the organisation's time zone, counted since 1970-01-01. A day lasts 23 or 25 hours where daylight saving begins or ends.</summary>
internal sealed class OrganisationCalendar(TimeZoneInfo zone)
{
    private const long Minute = 60_000;

    /// <summary>No zone is further from UTC than this.</summary>
    private const long MaxOffset = 15 * UnixTime.Hour;

    private const int MaxStarts = 50_000;

    private readonly ConcurrentDictionary<int, long> _starts = new();
    private readonly bool _isUtc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;

    public static OrganisationCalendar Utc { get; } = new(TimeZoneInfo.Utc);

    public string Name => zone.Id;

    /// <summary>Whether days can begin within an hour of UTC, as in India: sums over time then need quarters of hours.</summary>
    public bool NeedsQuarters { get; } = HasPartHours(zone);

    /// <summary>The day of an instant.</summary>
    /// <param name="at">Epoch milliseconds, not before 1970.</param>
    public int DayOf(long at) => (int)((at + (_isUtc ? 0 : OffsetAt(at))) / UnixTime.Day);

    public int DayOf(DateTimeOffset instant) => DayOf(instant.ToUnixTimeMilliseconds());

    /// <summary>The date of an instant.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => CalendarDay.ToDate(DayOf(instant));

    /// <summary>The first instant of a day, in epoch milliseconds. Where daylight saving begins at midnight, the day starts at one o'clock.</summary>
    public long StartOf(int day)
    {
        if (_isUtc)
        {
            return day * UnixTime.Day;
        }

        if (_starts.TryGetValue(day, out var known))
        {
            return known;
        }

        if (_starts.Count >= MaxStarts)
        {
            _starts.Clear();
        }

        return _starts[day] = FindStart(day);
    }

    private long OffsetAt(long at) => (long)zone.GetUtcOffset(UnixTime.At(at)).TotalMilliseconds;

    /// <summary>Clocks change at whole minutes, and never back over midnight: the date of an instant only grows.</summary>
    private long FindStart(int day)
    {
        var (before, from) = (((day * UnixTime.Day) - MaxOffset) / Minute, ((day * UnixTime.Day) + MaxOffset) / Minute);
        while (from - before > 1)
        {
            var middle = (before + from) / 2;
            if (DayOf(middle * Minute) >= day)
            {
                from = middle;
            }
            else
            {
                before = middle;
            }
        }

        return from * Minute;
    }

    /// <summary>Whether an offset in use since 2020 is no whole hour: older data is not accepted.</summary>
    private static bool HasPartHours(TimeZoneInfo zone)
    {
        for (var at = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero); at.Year < 2050; at = at.AddDays(7))
        {
            if (zone.GetUtcOffset(at).Ticks % TimeSpan.TicksPerHour != 0)
            {
                return true;
            }
        }

        return false;
    }
}
