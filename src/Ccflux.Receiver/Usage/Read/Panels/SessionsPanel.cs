using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads a user's sessions and limit events in a period. Only the sessions on the page are priced, from their requests.</summary>
internal static class SessionsPanel
{
    /// <summary>Maximum number of requests read to price a page of sessions. Fifty busy sessions have some 20 000. Beyond the bound, a session
    /// is shown without its list-price value.</summary>
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
        var priced = WithinBound(sessions);
        var used = Price(snapshot, reader, user, priced);
        return [.. sessions.Select(session => Row(snapshot, session, used, priced.Contains(session)))];
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

    /// <summary>The sessions, starting with the first, whose requests fit in the bound for a page.</summary>
    private static HashSet<SessionFacts> WithinBound(IEnumerable<SessionFacts> sessions)
    {
        var left = MaxPricedRequests;
        var within = new HashSet<SessionFacts>(ReferenceEqualityComparer.Instance);
        foreach (var session in sessions.Where(session => session.Requests <= left))
        {
            left -= session.Requests;
            within.Add(session);
        }

        return within;
    }

    private static (long From, long To) Bounds(UsageSnapshot snapshot, UsageFilter filter) =>
        (snapshot.Calendar.StartOf(CalendarDay.From(filter.From)), snapshot.Calendar.StartOf(CalendarDay.From(filter.To) + 1));

    private static ILookup<long, UsageCell> Price(UsageSnapshot snapshot, DayReader reader, int user, IEnumerable<SessionFacts> sessions)
    {
        using var rows = snapshot.Session.Query(UsageReadSql.SessionModels, ("user", user), ("sessions", sessions.Select(session => session.Key).ToArray()));
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
        rows.Int64(5),
        new TokenSums(rows.NonNegative(6), rows.NonNegative(7), rows.NonNegative(8), rows.NonNegative(9)));

    private sealed record SessionFacts(long Key, string SessionId, long StartedAt, long LastAt, long Turns, long Requests, TokenSums Tokens);
}
