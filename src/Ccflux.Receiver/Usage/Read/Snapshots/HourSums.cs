using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Days;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A short period hour by hour, from its turns, because rollups are by day.</summary>
/// <param name="Period">Hours since 1970 in place of days, up to the current hour.</param>
/// <param name="Prior">The same number of hours of the preceding period of equal length.</param>
internal sealed record HourSums(PeriodTotals Period, PeriodTotals Prior)
{
    /// <summary>Longer periods are shown by day.</summary>
    public const int MaxDays = 2;

    /// <returns>Null if the period is longer, or has not begun.</returns>
    public static HourSums? Read(UsageSnapshot snapshot, DayReader reader, Scope scope)
    {
        var (first, days) = (CalendarDay.From(scope.Filter.From), scope.Filter.Days);
        var from = HourOf(snapshot, first);
        var last = (int)Math.Min(HourOf(snapshot, first + days) - 1, snapshot.Now.ToUnixTimeMilliseconds() / UnixTime.Hour);
        if (days > MaxDays || last < from)
        {
            return null;
        }

        // As many hours of the days before: one fewer or more where daylight saving began or ended.
        var prior = HourOf(snapshot, first - days);
        return new HourSums(Sum(snapshot, reader, scope, from, last), Sum(snapshot, reader, scope, prior, prior + last - from));
    }

    /// <summary>The hour (UTC) in which a day starts.</summary>
    private static int HourOf(UsageSnapshot snapshot, int day) => (int)(snapshot.Calendar.StartOf(day) / UnixTime.Hour);

    private static PeriodTotals Sum(UsageSnapshot snapshot, DayReader reader, Scope scope, int from, int last)
    {
        var sums = new UsagePeriodSums(from, last, scope.Users, scope.Model);
        var calendar = snapshot.Calendar;
        for (var day = calendar.DayOf(from * UnixTime.Hour); day <= calendar.DayOf(last * UnixTime.Hour); day++)
        {
            var (begin, end) = (Math.Max(calendar.StartOf(day), from * UnixTime.Hour), Math.Min(calendar.StartOf(day + 1), (last + 1) * UnixTime.Hour));
            foreach (var rows in reader.ReadHours(snapshot.Session, day, begin, end, snapshot.Models))
            {
                sums.AddTotals(rows);
            }
        }

        return sums.Totals;
    }
}
