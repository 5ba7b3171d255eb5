using System.Runtime.InteropServices;
using System.Text.Json;
using Ccflux.Receiver.Telemetry.Read.Views;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>A part of the newest requests.</summary>
/// <param name="Offset">The number of newer requests before it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallPart(int Offset, int Limit)
{
    /// <summary>How many requests pages go back; the charts count more.</summary>
    public const int MaxCalls = 1000;
}

/// <summary>The position of a request, newest first.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallPlace(long At, long Id)
{
    /// <summary>The position after all of them.</summary>
    public static CallPlace End { get; } = new(long.MaxValue, long.MaxValue);
}

/// <summary>Reads the newest requests of a scope, and how many of them can be paged through.</summary>
internal static class CallReader
{
    public static (IReadOnlyList<RecentCall> Calls, int Total) Read(SqliteConnection connection, TelemetryFilter filter, CellScope scope, PeopleDirectory people, CallPart part)
    {
        var rows = Query(connection, filter, scope, CallPlace.End, part);
        return ([.. rows.Select(row => row.ToCall(people))], Count(connection, filter, scope, CallPart.MaxCalls));
    }

    /// <summary>The newest requests before a position, and the position at which the next ones begin.</summary>
    public static (IReadOnlyList<RecentCall> Calls, CallPlace Before) Read(
        SqliteConnection connection, TelemetryFilter filter, CellScope scope, PeopleDirectory people, CallPlace before, int limit)
    {
        var rows = Query(connection, filter, scope, before, new CallPart(0, limit)).ToList();
        return ([.. rows.Select(row => row.ToCall(people))], rows.Count == 0 ? before : new CallPlace(rows[^1].At, rows[^1].Id));
    }

    /// <summary>How many there are; no more than <paramref name="most"/> are counted.</summary>
    public static int Count(SqliteConnection connection, TelemetryFilter filter, CellScope scope, int most) => connection.ExecuteScalar<int>(
        filter.User is null ? TelemetryReadSql.CountCalls : TelemetryReadSql.CountCallsOfPerson, Parameters(filter, scope, CallPlace.End, new CallPart(0, most)));

    private static IEnumerable<CallRow> Query(SqliteConnection connection, TelemetryFilter filter, CellScope scope, CallPlace before, CallPart part) => connection.Query<CallRow>(
        filter.User is null ? TelemetryReadSql.RecentCalls : TelemetryReadSql.RecentCallsOfPerson, Parameters(filter, scope, before, part));

    private static object Parameters(TelemetryFilter filter, CellScope scope, CallPlace before, CallPart part) => new
    {
        filter.StartMs,
        EndMs = Math.Min(filter.EndMs, before.At < long.MaxValue ? before.At + 1 : long.MaxValue),
        BeforeAt = before.At,
        BeforeId = before.Id,
        scope.Model,
        scope.Terminal,
        Subjects = scope.Subjects is { } chosen ? JsonSerializer.Serialize(chosen) : null,
        part.Offset,
        part.Limit,
    };

    private sealed record CallRow
    {
        public long Id { get; init; }

        public long At { get; init; }

        public int Subject { get; init; }

        public int Model { get; init; }

        public string QuerySource { get; init; } = "";

        public string? RequestId { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long CacheRead { get; init; }

        public long CacheWrite { get; init; }

        public long Cost { get; init; }

        public long? DurationMs { get; init; }

        public RecentCall ToCall(PeopleDirectory people) => new(
            UnixTime.At(At), people.Person(Subject).Name, people.Name(Model), QuerySource, RequestId,
            Input, Output, CacheRead, CacheWrite, Cost / 1_000_000_000m, DurationMs);
    }
}
