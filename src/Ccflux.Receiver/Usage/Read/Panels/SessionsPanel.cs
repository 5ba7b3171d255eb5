using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads a user's sessions and limit events in a period. Only the sessions on the page are priced, from their events.</summary>
internal static class SessionsPanel
{
    /// <summary>Maximum number of events read to price a page of sessions. Fifty busy sessions have some 20 000. Beyond the bound, a session
    /// is shown without its list-price value.</summary>
    public const long MaxPricedEvents = 200_000;

    public static Paged<SessionRow> Read(UsageSnapshot snapshot, DayReader reader, int user, UsageFilter filter, TableState state)
    {
        var (from, to) = Bounds(filter);
        var search = state.Search;
        var total = snapshot.Connection.ExecuteScalar<int>(UsageReadSql.SessionCount, new { user, from, to, search });
        var shown = state with { Page = Math.Min(state.Page, Math.Max(1, (total + state.Size - 1) / state.Size)) };
        var sessions = snapshot.Connection.Query<SessionFacts>(
            UsageReadSql.Sessions,
            new { user, from, to, search, key = shown.Sort, sign = shown.Descending ? -1 : 1, limit = shown.Size, offset = shown.Offset }).ToList();
        return new Paged<SessionRow>(Rows(snapshot, reader, sessions), total, shown);
    }

    /// <summary>All of a user's sessions in a period, with a table's search and order.</summary>
    public static IReadOnlyList<long> Find(UsageSnapshot snapshot, int user, UsageFilter filter, TableState state)
    {
        var (from, to) = Bounds(filter);
        return [.. snapshot.Connection.Query<long>(UsageReadSql.SessionRefs, new { user, from, to, search = state.Search, key = state.Sort, sign = state.Descending ? -1 : 1 })];
    }

    /// <summary>Reads the given sessions, in the given order.</summary>
    public static IReadOnlyList<SessionRow> Read(UsageSnapshot snapshot, DayReader reader, IReadOnlyList<long> sessions)
    {
        var found = snapshot.Connection.Query<SessionFacts>(UsageReadSql.SessionsOf, new { sessions = $"[{string.Join(',', sessions)}]" }).ToDictionary(session => session.Ref);
        return Rows(snapshot, reader, [.. sessions.Where(found.ContainsKey).Select(session => found[session])]);
    }

    private static IReadOnlyList<SessionRow> Rows(UsageSnapshot snapshot, DayReader reader, List<SessionFacts> sessions)
    {
        var priced = WithinBound(sessions);
        var used = Price(snapshot, reader, priced);
        return [.. sessions.Select(session => Row(snapshot, session, used, priced.Contains(session)))];
    }

    public static IReadOnlyList<LimitEventRow> ReadLimits(UsageSnapshot snapshot, int user, UsageFilter filter)
    {
        var (from, to) = Bounds(filter);
        return
        [
            .. snapshot.Connection.Query<LimitFacts>(UsageReadSql.UserLimits, new { user, from, to }).Select(row => new LimitEventRow(
                UnixTime.At(row.At), row.Window, UnixTime.At(row.ResetsAt), row.Final != 0, row.SessionId, (int)row.TurnIndex)),
        ];
    }

    /// <summary>The sessions, starting with the first, whose events fit in the bound for a page.</summary>
    private static HashSet<SessionFacts> WithinBound(IEnumerable<SessionFacts> sessions)
    {
        var left = MaxPricedEvents;
        var within = new HashSet<SessionFacts>(ReferenceEqualityComparer.Instance);
        foreach (var session in sessions.Where(session => session.Events <= left))
        {
            left -= session.Events;
            within.Add(session);
        }

        return within;
    }

    private static (long From, long To) Bounds(UsageFilter filter) =>
        (UtcDay.Start(UtcDay.From(filter.From)), UtcDay.Start(UtcDay.From(filter.To) + 1));

    private static ILookup<long, UsageCell> Price(UsageSnapshot snapshot, DayReader reader, IEnumerable<SessionFacts> sessions)
    {
        var refs = $"[{string.Join(',', sessions.Select(session => session.Ref))}]";
        using var rows = RawRows.Query(snapshot.Connection, UsageReadSql.SessionModels, refs);
        return reader.ReadModels(rows, snapshot.Models).ToLookup(row => row.Key, row => row.Cell);
    }

    private static SessionRow Row(UsageSnapshot snapshot, SessionFacts session, ILookup<long, UsageCell> used, bool isPriced) => new(
        session.SessionId,
        UnixTime.At(session.StartedAt),
        UnixTime.At(session.LastAt),
        new TokenSums(session.Input, session.Output, session.CacheRead, session.CacheWrite),
        used[session.Ref].Aggregate(new Cost(0, HasPriced: false, isPriced ? null : []), (sum, cell) => sum + cell.Cost),
        session.Turns,
        [
            .. used[session.Ref]
                .GroupBy(cell => cell.Model, cell => cell.Tokens.Billed)
                .Select(group => new ModelShare(snapshot.Model(group.Key), group.SaturatingSum()))
                .OrderByDescending(share => share.Billed),
        ]);

    private sealed record SessionFacts
    {
        public long Ref { get; init; }

        public string SessionId { get; init; } = "";

        public long StartedAt { get; init; }

        public long LastAt { get; init; }

        public long Turns { get; init; }

        public long Events { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long CacheRead { get; init; }

        public long CacheWrite { get; init; }
    }

    private sealed record LimitFacts
    {
        public long At { get; init; }

        public string? Window { get; init; }

        public long? ResetsAt { get; init; }

        public long Final { get; init; }

        public string SessionId { get; init; } = "";

        public long TurnIndex { get; init; }
    }
}
