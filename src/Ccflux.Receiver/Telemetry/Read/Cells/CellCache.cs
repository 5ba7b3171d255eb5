using System.Collections.Frozen;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Rollups kept in memory between reads: of days, and of the hours of the last few days. A page then reads only the days that changed.</summary>
internal sealed class CellCache
{
    /// <summary>Bytes kept at most, about; a busy day of 500 people is half a megabyte.</summary>
    public const int MaxBytes = 40_000_000;

    private const int MaxHourBytes = 8_000_000;

    private static readonly FrozenSet<string> s_kinds = FrozenSet.ToFrozenSet(
    [
        CountKind.Session, CountKind.AnonymousSession, CountKind.Conversation, CountKind.Error, CountKind.Tool, CountKind.Decision,
        CountKind.EditDecision, CountKind.ActiveTime, CountKind.Lines, CountKind.Commit, CountKind.PullRequest,
    ]);

    private readonly VersionedDays<DayCells> _days = new(CellsSql.Versions, MaxBytes);
    private readonly VersionedDays<DayCells> _hours = new(CellsSql.Versions, MaxHourBytes);

    /// <summary>Bytes kept now, about.</summary>
    public int Bytes => _days.Size + _hours.Size;

    /// <summary>Everything from one day to before another, in order: the hours of it, or the days. Empty ones may be left out.</summary>
    public IEnumerable<TimeCells> Read(SqliteConnection connection, string storeId, long from, long end, bool hourly) => hourly
        ? _hours.Read(connection, storeId, (int)from, (int)end - 1, day => ReadHours(connection, day)).SelectMany(day => day.Times)
        : _days.Read(connection, storeId, (int)from, (int)end - 1, day => new DayCells(day, [ReadTime(connection, day, CellsSql.DayRequests, CellsSql.DayCounts)])).SelectMany(day => day.Times);

    private static DayCells ReadHours(SqliteConnection connection, int day) => new(
        day,
        [.. Enumerable.Range(day * 24, 24).Select(hour => ReadTime(connection, hour, CellsSql.HourRequests, CellsSql.HourCounts)).Where(cells => cells.Bytes > 0)]);

    private static TimeCells ReadTime(SqliteConnection connection, int time, string requestsSql, string countsSql)
    {
        var latencies = new List<byte>();
        return new TimeCells(time, ReadRequests(connection, time, requestsSql, latencies), ReadCounts(connection, time, countsSql, latencies), [.. latencies]);
    }

    private static RequestCell[] ReadRequests(SqliteConnection connection, int time, string sql, List<byte> latencies)
    {
        var cells = new List<RequestCell>();
        using var rows = RawRows.Query(connection, sql, time);
        while (rows.Read())
        {
            var sum = new RequestSum(rows.Number(3), rows.Number(4), rows.Number(5), rows.Number(6), rows.Number(7), rows.Number(8), rows.Number(9));
            cells.Add(new RequestCell(rows.Small(0), rows.Small(1), rows.Small(2), sum, Append(latencies, rows.Blob(10))));
        }

        return [.. cells];
    }

    private static CountCell[] ReadCounts(SqliteConnection connection, int time, string sql, List<byte> latencies)
    {
        var cells = new List<CountCell>();
        using var rows = RawRows.Query(connection, sql, time);
        while (rows.Read())
        {
            if (s_kinds.TryGetValue(rows.Text(2), out var kind))
            {
                cells.Add(new CountCell(rows.Small(0), rows.Small(1), kind, rows.Small(3), rows.Small(4), rows.Number(5), Append(latencies, rows.Blob(6))));
            }
        }

        return [.. cells];
    }

    private static Stretch Append(List<byte> latencies, ReadOnlySpan<byte> latency)
    {
        var start = latencies.Count;
        latencies.AddRange(latency);
        return new Stretch(start, latency.Length);
    }
}
