using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds the table of a user's days with turns or requests: a turn over midnight has requests on a day on which none may have started.</summary>
internal static class UserDays
{
    private static readonly TableOrder<UserDayRow> s_order = new(
        row => row.Day.ToString("O"),
        row => row.Day.ToString("O"),
        new Dictionary<string, Func<UserDayRow, IComparable?>>(StringComparer.Ordinal)
        {
            ["day"] = row => row.Day,
            ["billed"] = row => row.Tokens.Billed,
            ["input"] = row => row.Tokens.Input,
            ["output"] = row => row.Tokens.Output,
            ["cache_read"] = row => row.Tokens.CacheRead,
            ["cache_write"] = row => row.Tokens.CacheWrite,
            ["cost"] = row => row.Cost.Usd,
            ["turns"] = row => row.Turns,
            ["sessions"] = row => row.Sessions,
        });

    public static Paged<UserDayRow> Table(PeriodTotals period, bool byModel, TableState state) =>
        s_order.Page(
            period.Days
                .Select((day, index) => new UserDayRow(
                    CalendarDay.ToDate(period.From + index), day.Tokens, day.Cost, byModel ? null : day.Sessions, day.Turns, byModel ? null : day.Failed))
                .Where(row => row.Turns > 0 || row.Sessions > 0 || row.Tokens != default),
            state);
}
