using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Counts the ledger's sums again, from its facts, and tells where the stored ones differ.</summary>
internal static class LedgerRecount
{
    private const int UsersAtOnce = 100;

    /// <param name="Table">The table whose rows differ.</param>
    /// <param name="User">Whose rows.</param>
    /// <param name="Rows">How many rows are wrong, missing or too many.</param>
    internal sealed record Difference(string Table, long User, long Rows);

    private static readonly (string Table, string Sql)[] s_sums =
    [
        ("usage_hours", LedgerRecountSql.Hours),
        ("turn_models", LedgerRecountSql.Events),
        ("user_hours", LedgerRecountSql.UserHours),
        ("session_hours", LedgerRecountSql.SessionHours),
        ("sessions", LedgerRecountSql.Sessions),
    ];

    private static readonly (string Table, string Sql)[] s_facts =
    [
        ("event_days", LedgerRecountSql.EventDays),
        ("event_totals", LedgerRecountSql.EventTotals),
        ("usage_totals", LedgerRecountSql.Totals),
        ("user_totals", LedgerRecountSql.UserTotals),
        ("active_hours", LedgerRecountSql.MissingActiveHours),
        ("requests", LedgerRecountSql.Derived),
        ("requests", LedgerRecountSql.Hiding),
    ];

    private static readonly (string Table, string Hours, string Days)[] s_days =
    [
        ("usage_days", LedgerRecountSql.HoursToCompare, LedgerRecountSql.DaysToCompare),
        ("user_days", LedgerRecountSql.UserHoursToCompare, LedgerRecountSql.UserDaysToCompare),
        ("session_days", LedgerRecountSql.SessionHoursToCompare, LedgerRecountSql.SessionDaysToCompare),
    ];

    /// <summary>Users, in order of their numbers, a hundred at a time.</summary>
    public static IReadOnlyList<long> Users(SqlSession session, long after) =>
        session.List(LedgerRecountSql.Users, static rows => rows.Int64(0), ("after", after), ("limit", UsersAtOnce));

    /// <summary>All users, in order of their numbers. No reading session is held between a hundred of them and the next.</summary>
    public static async IAsyncEnumerable<long> UsersAsync(ReadSessions readers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<long> users;
        for (var after = long.MinValue; ; after = users[^1])
        {
            using (var session = await readers.OpenAsync(cancellationToken))
            {
                users = Users(session, after);
            }

            if (users.Count == 0)
            {
                yield break;
            }

            foreach (var user in users)
            {
                yield return user;
            }
        }
    }

    /// <summary>What is wrong with the sums of one user; nothing if all is well.</summary>
    public static IEnumerable<Difference> Check(SqlSession session, OrganisationCalendar calendar, long user)
    {
        var grain = SlotGrain.Of(calendar);
        var (length, slots) = (grain.Length, grain.IsQuarter ? 1L : SlotGrain.SlotsPerHour);
        foreach (var (table, sql) in s_sums)
        {
            if (session.Scalar(sql, ("user", user), ("length", length), ("slots", slots)) is > 0 and var rows)
            {
                yield return new Difference(table, user, rows);
            }
        }

        foreach (var (table, hours, days) in s_days)
        {
            if (CompareDays(session, slot => calendar.DayOf(SlotGrain.StartOf(slot)), user, hours, days) is > 0 and var rows)
            {
                yield return new Difference(table, user, rows);
            }
        }

        if (CompareDays(session, day => day, user, LedgerRecountSql.EventsToCompare, LedgerRecountSql.ModelDaysToCompare) is > 0 and var events)
        {
            yield return new Difference("turn_models", user, events);
        }

        foreach (var (table, sql) in s_facts)
        {
            if (session.Scalar(sql, ("user", user)) is > 0 and var rows)
            {
                yield return new Difference(table, user, rows);
            }
        }
    }

    /// <summary>How many rows of a table of days are not the sums of others, such as the hours.</summary>
    private static long CompareDays(SqlSession session, Func<long, long> dayOf, long user, string hours, string days)
    {
        var counted = new Dictionary<(long Day, long Key, long Class), RequestSums>();
        using (var rows = session.Query(hours, ("user", user)))
        {
            while (rows.Read())
            {
                ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    counted, (dayOf(rows.Int64(0)), rows.Int64(1), rows.Int64(2)), out _);
                sums.Add(RequestSums.Read(rows, 3));
            }
        }

        var wrong = 0L;
        using (var rows = session.Query(days, ("user", user)))
        {
            while (rows.Read())
            {
                wrong += counted.Remove((rows.Int64(0), rows.Int64(1), rows.Int64(2)), out var sums) && sums == RequestSums.Read(rows, 3) ? 0 : 1;
            }
        }

        return wrong + counted.Count;
    }

    /// <summary>The hours (UTC, since 1970) in which a user made requests, ascending; also those whose requests retention has removed.</summary>
    public static IEnumerable<long> ActiveHours(SqlSession session, long user)
    {
        foreach (var (day, hours) in session.List(LedgerRecountSql.ActiveHours, static rows => (Day: rows.Int64(0), Hours: (uint)rows.Int64(1)), ("user", user)))
        {
            for (var rest = hours; rest != 0; rest &= rest - 1)
            {
                yield return (day * 24) + BitOperations.TrailingZeroCount(rest);
            }
        }
    }
}
