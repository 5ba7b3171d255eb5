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
    private const int HoursADay = 24;

    private static readonly FrozenSet<string> s_kinds = FrozenSet.ToFrozenSet(
    [
        CountKind.Session, CountKind.AnonymousSession, CountKind.Conversation, CountKind.Error, CountKind.Tool, CountKind.Decision,
        CountKind.EditDecision, CountKind.ActiveTime, CountKind.Lines, CountKind.Commit, CountKind.PullRequest,
    ]);

    /// <summary>The hours of a day, or the day.</summary>
    public IEnumerable<TimeCells> ReadDay(int day)
    {
        var durations = ReadDurations(day);
        return (hourly ? Enumerable.Range(day * HoursADay, HoursADay) : [day])
            .Select(time => new TimeCells(time, ReadRequests(time), ReadCounts(time), Durations(durations, time, isTool: false), Durations(durations, time, isTool: true)));
    }

    private RequestCell[] ReadRequests(int time)
    {
        var cells = new List<RequestCell>();
        using var rows = subjects is null
            ? session.Query(hourly ? CellsSql.HourRequests : CellsSql.DayRequests, ("time", time))
            : session.Query(hourly ? CellsSql.HourRequestsOf : CellsSql.DayRequestsOf, ("subjects", subjects), ("time", time));
        while (rows.Read())
        {
            var sum = new RequestSum(
                rows.NonNegative(3), rows.NonNegative(4), rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7), rows.NonNegative(8), rows.NonNegative(9));
            cells.Add(new RequestCell(rows.Int32(0), rows.Int32(1), rows.Int32(2), sum));
        }

        return [.. cells];
    }

    private CountCell[] ReadCounts(int time)
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
        }

        return [.. sums.Select(pair => new CountCell(pair.Key.Subject, pair.Key.Terminal, pair.Key.Kind, pair.Key.Name, pair.Key.Detail, pair.Value))];
    }

    private Dictionary<DurationKey, List<BucketCount>> ReadDurations(int day)
    {
        var durations = new Dictionary<DurationKey, List<BucketCount>>();
        var (first, last) = hourly ? (day * HoursADay, (day * HoursADay) + HoursADay - 1) : (day, day);
        using var rows = subjects is null
            ? session.Query(CellsSql.Durations, ("is_day", hourly ? 0 : 1), ("first", first), ("last", last))
            : session.Query(CellsSql.DurationsOf, ("subjects", subjects), ("day", day));
        while (rows.Read())
        {
            var key = new DurationKey(hourly ? rows.Int32(0) : day, rows.Bool(1), rows.Int32(2), rows.Int32(3));
            ref var buckets = ref CollectionsMarshal.GetValueRefOrAddDefault(durations, key, out _);
            (buckets ??= []).Add(new BucketCount(int.CreateSaturating(rows.Int64(4)), rows.Int64(5)));
        }

        return durations;
    }

    private static DurationCell[] Durations(Dictionary<DurationKey, List<BucketCount>> durations, int time, bool isTool) =>
    [
        .. durations.Where(pair => pair.Key.Time == time && pair.Key.IsTool == isTool)
            .Select(pair => new DurationCell(pair.Key.Terminal, pair.Key.Name, [.. pair.Value])),
    ];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct CountKey(int Subject, int Terminal, string Kind, int Name, int Detail);

    /// <param name="Time">The hour or day.</param>
    /// <param name="IsTool">Whether the name is a tool's; otherwise a model's.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct DurationKey(int Time, bool IsTool, int Name, int Terminal);
}
