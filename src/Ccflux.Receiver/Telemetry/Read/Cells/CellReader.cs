using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Reads an hour or a day. Figures that no page shows by person are added up while they are read.</summary>
/// <param name="session">A reading session.</param>
/// <param name="subjects">A JSON array of the subjects that count, or null for everybody.</param>
/// <param name="hourly">Hours; otherwise days.</param>
internal sealed class CellReader(SqlSession session, string? subjects, bool hourly)
{
    private static readonly FrozenSet<string> s_kinds = FrozenSet.ToFrozenSet(
    [
        CountKind.Session, CountKind.AnonymousSession, CountKind.Conversation, CountKind.Error, CountKind.Tool, CountKind.Decision,
        CountKind.EditDecision, CountKind.ActiveTime, CountKind.Lines, CountKind.Commit, CountKind.PullRequest,
    ]);

    /// <summary>The hours of a day, or the day.</summary>
    public IEnumerable<TimeCells> ReadDay(int day) => hourly ? Enumerable.Range(day * 24, 24).Select(Read) : [Read(day)];

    private TimeCells Read(int time)
    {
        var (requestTimes, toolTimes) = (new Dictionary<(int, int), LatencyHistogram>(), new Dictionary<(int, int), LatencyHistogram>());
        var requests = ReadRequests(time, requestTimes);
        return new TimeCells(time, requests, ReadCounts(time, toolTimes), Durations(requestTimes), Durations(toolTimes));
    }

    private RequestCell[] ReadRequests(int time, Dictionary<(int, int), LatencyHistogram> times)
    {
        var cells = new List<RequestCell>();
        using var rows = subjects is null
            ? session.Query(hourly ? CellsSql.HourRequests : CellsSql.DayRequests, ("time", time))
            : session.Query(hourly ? CellsSql.HourRequestsOf : CellsSql.DayRequestsOf, ("subjects", subjects), ("time", time));
        while (rows.Read())
        {
            var sum = new RequestSum(
                rows.NonNegative(3), rows.NonNegative(4), rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7), rows.NonNegative(8), rows.NonNegative(9));
            var cell = new RequestCell(rows.Int32(0), rows.Int32(1), rows.Int32(2), sum);
            cells.Add(cell);
            AddTo(times, (cell.Terminal, cell.Model), rows.Bytes(10));
        }

        return [.. cells];
    }

    private CountCell[] ReadCounts(int time, Dictionary<(int, int), LatencyHistogram> times)
    {
        var sums = new Dictionary<CountKey, long>();
        using var rows = subjects is null
            ? session.Query(hourly ? CellsSql.HourCounts : CellsSql.DayCounts, ("time", time))
            : session.Query(hourly ? CellsSql.HourCountsOf : CellsSql.DayCountsOf, ("subjects", subjects), ("time", time));
        while (rows.Read())
        {
            if (!s_kinds.TryGetValue(rows.Text(2), out var kind))
            {
                continue;
            }

            var (subject, terminal, name) = (rows.Int32(0), rows.Int32(1), rows.Int32(3));
            if (kind is CountKind.Decision)
            {
                // Of each person we only need to know whether their decisions come from events: see PeriodCards.
                sums.TryAdd(new CountKey(subject, terminal, kind, 0, 0), 0);
            }

            var person = kind is CountKind.Session or CountKind.AnonymousSession or CountKind.EditDecision ? subject : 0;
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, new CountKey(person, terminal, kind, name, rows.Int32(4)), out _);
            sum = Saturating.Add(sum, rows.NonNegative(5));
            AddTo(times, (terminal, name), rows.Bytes(6));
        }

        return [.. sums.Select(pair => new CountCell(pair.Key.Subject, pair.Key.Terminal, pair.Key.Kind, pair.Key.Name, pair.Key.Detail, pair.Value))];
    }

    private static void AddTo(Dictionary<(int, int), LatencyHistogram> times, (int Terminal, int Name) key, ReadOnlySpan<byte> latency)
    {
        if (latency.Length > 0)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(times, key, out _);
            (sum ??= new LatencyHistogram()).Add(latency);
        }
    }

    private static DurationCell[] Durations(Dictionary<(int Terminal, int Name), LatencyHistogram> times) =>
        [.. times.Select(pair => new DurationCell(pair.Key.Terminal, pair.Key.Name, pair.Value.ToArray()))];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct CountKey(int Subject, int Terminal, string Kind, int Name, int Detail);
}
