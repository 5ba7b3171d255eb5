using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads a user's sessions and limit events in a period. Only the sessions on the page are priced, from their requests.</summary>
internal static class SessionsPanel
{
    /// <summary>Maximum number of requests read to price a page of sessions: all those of the hours in which a session was active. Fifty busy sessions need some 20 000.
    /// Beyond the bound, a session is shown without its list-price value.</summary>
    public const long MaxPricedRequests = 200_000;

    public static Paged<SessionRow> Read(UsageSnapshot snapshot, DayReader reader, int user, UsageFilter filter, TableState state)
    {
        var (from, to) = Bounds(snapshot, filter);
        var search = state.Search;
        var total = (int)(snapshot.Session.Scalar(UsageReadSql.SessionCount, ("user", user), ("from", from), ("to", to), ("search", search)) ?? 0);
        var shown = state with { Page = Math.Min(state.Page, Math.Max(1, (total + state.Size - 1) / state.Size)) };
        var sessions = snapshot.Session.List(
            UsageReadSql.Sessions,
            Facts,
            ("user", user),
            ("from", from),
            ("to", to),
            ("search", search),
            ("key", shown.Sort),
            ("sign", shown.Descending ? -1 : 1),
            ("limit", shown.Size),
            ("offset", shown.Offset));
        return new Paged<SessionRow>(Rows(snapshot, reader, user, sessions), total, shown);
    }

    /// <summary>All of a user's sessions in a period, with a table's search and order.</summary>
    public static IReadOnlyList<long> Find(UsageSnapshot snapshot, int user, UsageFilter filter, TableState state)
    {
        var (from, to) = Bounds(snapshot, filter);
        return snapshot.Session.List(
            UsageReadSql.SessionKeys,
            static rows => rows.Int64(0),
            ("user", user),
            ("from", from),
            ("to", to),
            ("search", state.Search),
            ("key", state.Sort),
            ("sign", state.Descending ? -1 : 1));
    }

    /// <summary>Reads the given sessions, in the given order.</summary>
    public static IReadOnlyList<SessionRow> Read(UsageSnapshot snapshot, DayReader reader, int user, IReadOnlyList<long> sessions)
    {
        var found = snapshot.Session.List(UsageReadSql.SessionsOf, Facts, ("user", user), ("sessions", sessions.ToArray())).ToDictionary(session => session.Key);
        return Rows(snapshot, reader, user, [.. sessions.Where(found.ContainsKey).Select(session => found[session])]);
    }

    private static IReadOnlyList<SessionRow> Rows(UsageSnapshot snapshot, DayReader reader, int user, List<SessionFacts> sessions)
    {
        var (priced, hours) = WithinBound(snapshot, user, sessions);
        var used = Price(snapshot, reader, user, priced, hours);
        return [.. sessions.Select(session => Row(snapshot, session, used, priced.Contains(session.Key)))];
    }

    public static IReadOnlyList<LimitEventRow> ReadLimits(UsageSnapshot snapshot, int user, UsageFilter filter)
    {
        var (from, to) = Bounds(snapshot, filter);
        return snapshot.Session.List(
            UsageReadSql.UserLimits,
            static rows => new LimitEventRow(
                UnixTime.At(rows.Int64(0)), rows.TextOrNull(1), UnixTime.At(rows.Int64OrNull(2)), rows.Bool(3), rows.Text(4), rows.Int32(5)),
            ("user", user),
            ("from", from),
            ("to", to));
    }

    /// <summary>The sessions, starting with the first, whose hours hold few enough requests for a page, and these hours (since 1970, UTC).</summary>
    private static (HashSet<long> Sessions, HashSet<long> Hours) WithinBound(UsageSnapshot snapshot, int user, List<SessionFacts> sessions)
    {
        var active = ReadHours(snapshot, user, sessions);
        var left = MaxPricedRequests;
        var (within, hours) = (new HashSet<long>(), new HashSet<long>());
        foreach (var session in sessions)
        {
            var further = active[session.Key].Where(each => !hours.Contains(each.Hour)).ToList();
            var requests = further.Select(each => each.Requests).SaturatingSum();
            if (requests <= left)
            {
                left -= requests;
                within.Add(session.Key);
                hours.UnionWith(further.Select(each => each.Hour));
            }
        }

        return (within, hours);
    }

    private static ILookup<long, (long Hour, long Requests)> ReadHours(UsageSnapshot snapshot, int user, List<SessionFacts> sessions)
    {
        var (from, to) = sessions.Count == 0
            ? (0, 0)
            : (sessions.Min(session => session.StartedAt) / UnixTime.Hour, sessions.Max(session => session.LastAt) / UnixTime.Hour);
        return snapshot.Session
            .List(
                UsageReadSql.SessionHours,
                static rows => (Session: rows.Int64(0), Hour: rows.Int64(1), Requests: rows.Int64(2)),
                ("user", user),
                ("from", from * SlotGrain.SlotsPerHour),
                ("to", (to * SlotGrain.SlotsPerHour) + SlotGrain.SlotsPerHour - 1),
                ("sessions", sessions.Select(session => session.Key).ToArray()))
            .ToLookup(row => row.Session, row => (row.Hour, row.Requests));
    }

    private static (long From, long To) Bounds(UsageSnapshot snapshot, UsageFilter filter) =>
        (snapshot.Calendar.StartOf(CalendarDay.From(filter.From)), snapshot.Calendar.StartOf(CalendarDay.From(filter.To) + 1));

    private static ILookup<long, UsageCell> Price(UsageSnapshot snapshot, DayReader reader, int user, IEnumerable<long> sessions, IEnumerable<long> hours)
    {
        using var rows = snapshot.Session.Query(UsageReadSql.SessionModels, ("user", user), ("hours", hours.ToArray()), ("sessions", sessions.ToArray()));
        return reader.ReadSessions(rows, snapshot.Models).ToLookup(row => row.Session, row => row.Cell);
    }

    private static SessionRow Row(UsageSnapshot snapshot, SessionFacts session, ILookup<long, UsageCell> used, bool isPriced) => new(
        session.SessionId,
        UnixTime.At(session.StartedAt),
        UnixTime.At(session.LastAt),
        session.Tokens,
        used[session.Key].Aggregate(new Cost(0, HasPriced: false, isPriced ? null : []), (sum, cell) => sum + cell.Cost),
        session.Turns,
        [
            .. used[session.Key]
                .GroupBy(cell => cell.Model, cell => cell.Tokens.Billed)
                .Select(group => new ModelShare(snapshot.Model(group.Key), group.SaturatingSum()))
                .OrderByDescending(share => share.Billed),
        ]);

    private static SessionFacts Facts(Rows rows) => new(
        rows.Int64(0),
        rows.Text(1),
        rows.Int64(2),
        rows.Int64(3),
        rows.Int64(4),
        new TokenSums(rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7), rows.NonNegative(8)));

    private sealed record SessionFacts(long Key, string SessionId, long StartedAt, long LastAt, long Turns, TokenSums Tokens);
}
