using System.Runtime.InteropServices;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>A part of the newest requests.</summary>
/// <param name="Offset">So many newer ones come before.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallPart(int Offset, int Limit)
{
    /// <summary>So far back a page goes; more are counted in the charts.</summary>
    public const int MaxCalls = 1000;
}

/// <summary>The newest requests of a scope, and how many of them can be paged through.</summary>
internal static class CallReader
{
    public static (IReadOnlyList<RecentCall> Calls, int Total) Read(SqliteConnection connection, TelemetryFilter filter, CellScope scope, PeopleBook book, CallPart part)
    {
        var ofPerson = filter.User is not null;
        var subjects = scope.Subjects is { } chosen ? JsonSerializer.Serialize(chosen) : null;
        object Parameters(int offset, int limit) =>
            new { filter.StartMs, filter.EndMs, scope.Model, scope.Terminal, Subjects = subjects, Offset = offset, Limit = limit };

        var rows = connection.Query<CallRow>(ofPerson ? TelemetryReadSql.RecentCallsOfPerson : TelemetryReadSql.RecentCalls, Parameters(part.Offset, part.Limit));
        var total = connection.ExecuteScalar<int>(ofPerson ? TelemetryReadSql.CountCallsOfPerson : TelemetryReadSql.CountCalls, Parameters(0, CallPart.MaxCalls));
        return ([.. rows.Select(row => row.ToCall(book))], total);
    }

    private sealed record CallRow
    {
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

        public RecentCall ToCall(PeopleBook book) => new(
            DateTimeOffset.FromUnixTimeMilliseconds(At), book.Person(Subject).Name, book.Name(Model), QuerySource, RequestId,
            Input, Output, CacheRead, CacheWrite, Cost / 1_000_000_000m, DurationMs);
    }
}
