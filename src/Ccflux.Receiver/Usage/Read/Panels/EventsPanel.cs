using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads the newest events.</summary>
internal static class EventsPanel
{
    /// <summary>With a filter, only this many of the newest events are searched.</summary>
    public const int Scan = 20_000;

    public static Paged<EventRow> Read(UsageSnapshot snapshot, Scope scope, TableState state)
    {
        var list = snapshot.Session.List(
            scope is { Users: null, Model: null } ? UsageReadSql.Events : UsageReadSql.EventsNarrowed,
            rows => Row(snapshot, rows),
            ("limit", state.Size),
            ("scan", Scan),
            ("model", scope.Model),
            ("everybody", scope.Users is null),
            ("users", Users(scope)));
        return new Paged<EventRow>(list, list.Count, state with { Page = 1 });
    }

    /// <summary>The number of all events in the scope.</summary>
    public static long Count(UsageSnapshot snapshot, Scope scope) => snapshot.Session.Scalar(
        UsageReadSql.EventCount, ("model", scope.Model), ("everybody", scope.Users is null), ("users", Users(scope))) ?? 0;

    /// <summary>Some of the scope's newest events before the one with the given id, and the id at which the next part starts; null if there are none.
    /// It searches as many events as a page does.</summary>
    public static (IReadOnlyList<EventRow> Rows, long? Before) ReadPart(UsageSnapshot snapshot, Scope scope, long before, int limit)
    {
        if (snapshot.Session.Scalar(UsageReadSql.EventFloor, ("before", before), ("scan", Scan)) is not { } floor)
        {
            return ([], null);
        }

        var list = snapshot.Session.List(
            UsageReadSql.EventsBefore,
            rows => Row(snapshot, rows),
            ("before", before),
            ("floor", floor),
            ("limit", limit),
            ("model", scope.Model),
            ("everybody", scope.Users is null),
            ("users", Users(scope)));
        return (list, list.Count == limit ? list[^1].Id : floor);
    }

    private static long[] Users(Scope scope) => scope.Users is null ? [] : [.. scope.Users];

    private static EventRow Row(UsageSnapshot snapshot, Rows rows) => new(
        rows.Int64(0),
        UnixTime.At(rows.Int64(1)),
        UnixTime.At(rows.Int64(2)),
        snapshot.User(rows.Int32(3)),
        rows.TextOrNull(4),
        rows.Text(5),
        rows.Int32(6),
        snapshot.Model(rows.Int32(7)),
        new TokenSums(rows.NonNegative(8), rows.NonNegative(9), rows.NonNegative(10), rows.NonNegative(11)),
        rows.Int64(12),
        rows.Text(13));
}
