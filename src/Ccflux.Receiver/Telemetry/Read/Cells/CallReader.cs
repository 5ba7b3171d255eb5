using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Storage.Sql;

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
    public static (IReadOnlyList<RecentCall> Calls, int Total) Read(SqlSession session, TelemetryFilter filter, CellScope scope, PeopleDirectory people, CallPart part)
    {
        var calls = List(session, filter, scope, people, CallPlace.End, part);
        return ([.. calls.Select(call => call.Call)], Count(session, filter, scope, CallPart.MaxCalls));
    }

    /// <summary>The newest requests before a position, and the position at which the next ones begin.</summary>
    public static (IReadOnlyList<RecentCall> Calls, CallPlace Before) Read(
        SqlSession session, TelemetryFilter filter, CellScope scope, PeopleDirectory people, CallPlace before, int limit)
    {
        var calls = List(session, filter, scope, people, before, new CallPart(0, limit));
        return ([.. calls.Select(call => call.Call)], calls.Count == 0 ? before : calls[^1].Place);
    }

    /// <summary>How many there are; no more than <paramref name="most"/> are counted.</summary>
    public static int Count(SqlSession session, TelemetryFilter filter, CellScope scope, int most) => (int)(session.Scalar(
        filter.User is null ? TelemetryReadSql.CountCalls : TelemetryReadSql.CountCallsOfPerson, Parameters(filter, scope, CallPlace.End, new CallPart(0, most))) ?? 0);

    private static List<(CallPlace Place, RecentCall Call)> List(
        SqlSession session, TelemetryFilter filter, CellScope scope, PeopleDirectory people, CallPlace before, CallPart part) => session.List(
            filter.User is null ? TelemetryReadSql.RecentCalls : TelemetryReadSql.RecentCallsOfPerson,
            rows => (new CallPlace(rows.Int64(1), rows.Int64(0)), Call(rows, people)),
            Parameters(filter, scope, before, part));

    private static RecentCall Call(Rows rows, PeopleDirectory people) => new(
        UnixTime.At(rows.Int64(1)), people.Person(rows.Int32(2)).Name, people.Name(rows.Int32(3)), rows.Text(4), rows.TextOrNull(5),
        rows.Int64(6), rows.Int64(7), rows.Int64(8), rows.Int64(9), rows.Int64(10) / 1_000_000_000m, rows.Int64OrNull(11));

    private static SqlParameter[] Parameters(TelemetryFilter filter, CellScope scope, CallPlace before, CallPart part) =>
    [
        ("from", filter.StartMs),
        ("until", Math.Min(filter.EndMs, before.At < long.MaxValue ? before.At + 1 : long.MaxValue)),
        ("before_at", before.At),
        ("before_id", before.Id),
        ("model", scope.Model),
        ("terminal", scope.Terminal),
        ("everybody", scope.Subjects is null),
        ("subjects", scope.Subjects is { } chosen ? [.. chosen] : Array.Empty<long>()),
        ("offset", part.Offset),
        ("limit", part.Limit),
    ];
}
