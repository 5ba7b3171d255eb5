using System.Numerics;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Computes the 5-hour windows that start on a day, from the hours in which users were active.</summary>
internal sealed class WindowReader(OrganisationCalendar calendar)
{
    private const int HoursADay = 24;

    /// <summary>How many UTC days before are read for everybody. Users who had no four empty hours in them are read from the beginning.</summary>
    private const int DaysBefore = 2;

    public WindowCell[] Read(SqlSession session, int day)
    {
        var (firstHour, lastHour) = (CeilingHour(calendar.StartOf(day)), CeilingHour(calendar.StartOf(day + 1)) - 1);
        var cells = new List<WindowCell>();
        var places = new Dictionary<(long User, long Hour), int>();
        var readFrom = (firstHour / HoursADay) - DaysBefore;
        foreach (var (user, hours) in ActiveHours(session, readFrom, lastHour / HoursADay))
        {
            if (hours[^1] < firstHour)
            {
                continue;
            }

            var known = FiveHourWindows.FoldFrom(hours, readFrom * HoursADay, firstHour) is { } start ? hours.Where(hour => hour >= start) : AllHours(session, user, lastHour / HoursADay);
            foreach (var hour in FiveHourWindows.Starts(known).Where(hour => hour >= firstHour && hour <= lastHour))
            {
                for (var within = hour; within < hour + FiveHourWindows.Hours; within++)
                {
                    places[(user, within)] = cells.Count;
                }

                cells.Add(new WindowCell((int)user, hour * UnixTime.Hour, hour * UnixTime.Hour, 0, 0, default));
            }
        }

        if (cells.Count > 0)
        {
            AddSums(session, firstHour * SlotGrain.SlotsPerHour, (lastHour + FiveHourWindows.Hours) * SlotGrain.SlotsPerHour, cells, places);
        }

        return [.. cells.OrderBy(cell => cell.User).ThenBy(cell => cell.StartAt)];
    }

    private static void AddSums(SqlSession session, long from, long until, List<WindowCell> cells, Dictionary<(long User, long Hour), int> places)
    {
        using (var rows = session.Query(WindowSql.Slots, ("from", from), ("until", until)))
        {
            while (rows.Read())
            {
                if (places.TryGetValue((rows.Int64(0), rows.Int64(1) / SlotGrain.SlotsPerHour), out var place))
                {
                    var cell = cells[place];
                    cells[place] = cell with
                    {
                        LastAt = Math.Max(cell.LastAt, rows.Int64(2)),
                        Turns = cell.Turns + rows.Int32(3),
                        Tokens = cell.Tokens + new TokenSums(rows.NonNegative(4), rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7)),
                    };
                }
            }
        }

        var seen = new HashSet<(int Place, long Session)>();
        using (var rows = session.Query(WindowSql.Sessions, ("from", from), ("until", until)))
        {
            while (rows.Read())
            {
                if (places.TryGetValue((rows.Int64(0), rows.Int64(1) / SlotGrain.SlotsPerHour), out var place) && seen.Add((place, rows.Int64(2))))
                {
                    cells[place] = cells[place] with { Sessions = cells[place].Sessions + 1 };
                }
            }
        }
    }

    /// <summary>Each user's active hours within some UTC days.</summary>
    private static IEnumerable<(long User, List<long> Hours)> ActiveHours(SqlSession session, long from, long to)
    {
        var (user, hours) = (0L, new List<long>());
        foreach (var row in session.List(WindowSql.ActiveHours, static rows => (User: rows.Int64(0), Day: rows.Int64(1), Hours: rows.Int64(2)), ("from", from), ("to", to)))
        {
            if (row.User != user && hours.Count > 0)
            {
                yield return (user, hours);
                hours = [];
            }

            user = row.User;
            hours.AddRange(HoursOf(row.Day, row.Hours));
        }

        if (hours.Count > 0)
        {
            yield return (user, hours);
        }
    }

    private static IEnumerable<long> AllHours(SqlSession session, long user, long to) =>
        session.List(WindowSql.ActiveHoursOf, static rows => (Day: rows.Int64(0), Hours: rows.Int64(1)), ("user", user), ("to", to)).SelectMany(row => HoursOf(row.Day, row.Hours));

    private static IEnumerable<long> HoursOf(long day, long hours)
    {
        for (var rest = (uint)hours; rest != 0; rest &= rest - 1)
        {
            yield return (day * HoursADay) + BitOperations.TrailingZeroCount(rest);
        }
    }

    /// <summary>The first full hour (UTC) at or after an instant: where an organisation's day starts within an hour, the window belongs to the day in which its hour starts.</summary>
    private static long CeilingHour(long at) => (at + UnixTime.Hour - 1) / UnixTime.Hour;
}
