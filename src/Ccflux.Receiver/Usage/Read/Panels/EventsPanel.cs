using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Dapper;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads the newest events.</summary>
internal static class EventsPanel
{
    /// <summary>With a filter, only this many of the newest events are searched.</summary>
    public const int Scan = 20_000;

    public static Paged<EventRow> Read(UsageSnapshot snapshot, Scope scope, TableState state)
    {
        var rows = scope is { Users: null, Model: null }
            ? snapshot.Connection.Query<EventFacts>(UsageReadSql.Events, new { limit = state.Size })
            : snapshot.Connection.Query<EventFacts>(UsageReadSql.EventsNarrowed, new { limit = state.Size, scan = Scan, model = scope.Model, users = Users(scope) });
        var list = rows.Select(facts => Row(snapshot, facts)).ToList();
        return new Paged<EventRow>(list, list.Count, state with { Page = 1 });
    }

    /// <summary>The number of all events in the scope.</summary>
    public static long Count(UsageSnapshot snapshot, Scope scope) =>
        snapshot.Connection.ExecuteScalar<long>(UsageReadSql.EventCount, new { model = scope.Model, users = Users(scope) });

    /// <summary>Some of the scope's newest events before the one with the given id, and the id at which the next part starts; null if there are none.
    /// It searches as many events as a page does.</summary>
    public static (IReadOnlyList<EventRow> Rows, long? Before) ReadPart(UsageSnapshot snapshot, Scope scope, long before, int limit)
    {
        if (snapshot.Connection.ExecuteScalar<long?>(UsageReadSql.EventFloor, new { before, scan = Scan }) is not { } floor)
        {
            return ([], null);
        }

        var rows = snapshot.Connection
            .Query<EventFacts>(UsageReadSql.EventsBefore, new { before, floor, limit, model = scope.Model, users = Users(scope) })
            .Select(facts => Row(snapshot, facts)).ToList();
        return (rows, rows.Count == limit ? rows[^1].Id : floor);
    }

    private static string? Users(Scope scope) => scope.Users is null ? null : $"[{string.Join(',', scope.Users)}]";

    private static EventRow Row(UsageSnapshot snapshot, EventFacts facts) => new(
        facts.Id,
        UnixTime.At(facts.ReceivedAt),
        UnixTime.At(facts.EndedAt),
        snapshot.User((int)facts.UserId),
        facts.Device,
        facts.SessionId,
        (int)facts.TurnIndex,
        (int)facts.SchemaVersion,
        snapshot.Model((int)facts.ModelId),
        new TokenSums(facts.Input, facts.Output, facts.CacheRead, facts.CacheWrite),
        facts.Messages,
        facts.Outcome,
        facts.Partial != 0);

    private sealed record EventFacts
    {
        public long Id { get; init; }

        public long ReceivedAt { get; init; }

        public long EndedAt { get; init; }

        public long UserId { get; init; }

        public string? Device { get; init; }

        public string SessionId { get; init; } = "";

        public long TurnIndex { get; init; }

        public long SchemaVersion { get; init; }

        public long ModelId { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long CacheRead { get; init; }

        public long CacheWrite { get; init; }

        public long Messages { get; init; }

        public string Outcome { get; init; } = "";

        public long Partial { get; init; }
    }
}
