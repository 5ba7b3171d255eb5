using Ccflux.Receiver.Usage.Read.Days;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A short period hour by hour, from its turns, because rollups are by day.</summary>
/// <param name="Period">Hours since 1970 in place of days, up to the current hour.</param>
/// <param name="Prior">The same number of hours of the preceding period of equal length.</param>
internal sealed record HourSums(PeriodTotals Period, PeriodTotals Prior)
{
    /// <summary>Longer periods are shown by day.</summary>
    public const int MaxDays = 2;

    private const int HoursADay = 24;

    /// <returns>Null if the period is longer, or has not begun.</returns>
    public static HourSums? Read(UsageSnapshot snapshot, DayReader reader, Scope scope)
    {
        var days = scope.Filter.Days;
        var from = UtcDay.From(scope.Filter.From) * HoursADay;
        var last = (int)Math.Min(from + (days * HoursADay) - 1, snapshot.Now.ToUnixTimeMilliseconds() / UnixTime.Hour);
        return days > MaxDays || last < from
            ? null
            : new HourSums(Sum(snapshot, reader, scope, from, last), Sum(snapshot, reader, scope, from - (days * HoursADay), last - (days * HoursADay)));
    }

    private static PeriodTotals Sum(UsageSnapshot snapshot, DayReader reader, Scope scope, int from, int last)
    {
        var sums = new UsagePeriodSums(from, last, scope.Users, scope.Model);
        for (var day = from / HoursADay; day <= last / HoursADay; day++)
        {
            var (begin, end) = (Math.Max(UtcDay.Start(day), from * UnixTime.Hour), Math.Min(UtcDay.Start(day + 1), (last + 1) * UnixTime.Hour));
            foreach (var rows in reader.ReadHours(snapshot.Session, day, begin, end, snapshot.Models))
            {
                sums.AddTotals(rows);
            }
        }

        return sums.Totals;
    }
}
