using System.Runtime.InteropServices;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads the telemetry page in one snapshot: what the filter covers, and the previous period of equal length.</summary>
internal sealed class TelemetryPageQuery(ReadSessions readers, CellCache cells, ISeatPlans plans, IFiveHourQuotas quotas, LabelNames names, TimeProvider time)
{
    /// <param name="filter">What the page covers.</param>
    /// <param name="calls">Which of the newest requests it lists.</param>
    /// <param name="allowed">About whom the reader may read.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<TelemetryPageView> ReadAsync(TelemetryFilter filter, CallPart calls, DataScope allowed, CancellationToken cancellationToken)
    {
        var tiers = await plans.ReadAsync(allowed, cancellationToken);
        var observed = await quotas.ReadAsync(allowed, cancellationToken);
        using var session = await readers.OpenAsync(cancellationToken);
        session.BeginSnapshot();
        var now = time.GetUtcNow();
        var people = PeopleDirectory.Read(session, allowed);
        var labels = LabelValues.Read(session, people, names.All, filter);
        var scope = people.Resolve(filter, labels);
        var part = ComparedPart.Of(filter, now);
        var (sums, compared) = Sum(session, filter, scope, people, part);
        var period = sums.Counts(isNow: true);
        var sessions = Sessions(period);
        var (recent, total) = CallReader.Read(session, filter, scope, people, calls);
        return new TelemetryPageView(
            filter,
            now,
            people.HasAny && session.Any(TelemetryReadSql.HasAny),
            PeriodCards.Build(sums.Times, period, sums.Durations),
            PeriodCards.Build(compared.Times, compared.Counts(isNow: true), compared.Durations),
            PeriodCards.Build(compared.Before, compared.Counts(isNow: false), compared.DurationsBefore),
            part.IsWhole ? null : part.Until(filter),
            TelemetryTimeline.Build(sums.Times, people, filter),
            TelemetryTimeline.Build(filter.IsHourly ? sums.Before : compared.Before, people, filter),
            TelemetryTimeline.Users(sums),
            Models(sums, compared, people),
            Users(sums, sessions, filter),
            LabelSplits.Build(sums.People, sessions, labels),
            Count(period.Where(row => row.IsSession), row => (row.Terminal, "")),
            Tools(sums, period, people),
            Count(PeriodCards.Decided(period), row => (row.Name, row.Detail)),
            Count(period.Where(row => row.Kind is CountKind.Error), row => (row.Name, "")),
            WindowReader.Read(session, scope, people, SeatPlan.Set(tiers, session.List(TelemetryReadSql.Plans, static rows => (rows.Text(0), rows.Text(1)))), observed, now),
            recent,
            total,
            Installs(session, filter, allowed),
            !allowed.IsEverybody ? [] : session.List(
                TelemetryReadSql.Seen,
                static rows => new SeenRow(rows.Text(0), rows.Text(1), rows.Int64(2), UnixTime.At(rows.Int64(3)), UnixTime.At(rows.Int64(4)))),
            people.Choices with { Labels = labels.Choices });
    }

    /// <summary>The period and the previous one, and the parts of both that are compared.</summary>
    private (TelemetryPeriodSums All, TelemetryPeriodSums Compared) Sum(SqlSession session, TelemetryFilter filter, CellScope scope, PeopleDirectory people, ComparedPart part)
    {
        var all = new TelemetryPeriodSums(scope, people, filter);
        var rest = new TelemetryPeriodSums(scope, people, filter);
        var store = StoreId(session);
        foreach (var each in cells.Read(session, store, scope.Subjects, filter.FirstDayBefore, filter.EndDay, filter.IsHourly))
        {
            (part.Holds(all.PlaceOf(each.Time), filter.IsHourly) ? all : rest).Add(each);
        }

        if (part.IsWhole)
        {
            return (all, all);
        }

        var complete = (int)part.Complete(filter.IsHourly);
        var compared = all.Fork(complete);
        all.Add(rest, complete);
        if (!filter.IsHourly)
        {
            foreach (var day in (ReadOnlySpan<long>)[filter.FirstDay + part.Days, filter.FirstDayBefore + part.Days])
            {
                var hours = cells.Read(session, store, scope.Subjects, day, day + 1, hourly: true).Where(hour => hour.Time % 24 < part.HoursOfDay);
                compared.Add(TimeCells.Of(day, [.. hours]));
            }
        }

        return (all, compared);
    }

    /// <summary>Installations with their figures of the period, ignoring the rest of the filter.</summary>
    private List<InstallRow> Installs(SqlSession session, TelemetryFilter filter, DataScope allowed)
    {
        var installs = session.List(
            TelemetryReadSql.Installs,
            static rows => (SubjectId: rows.Int64(0), InstallId: rows.Text(1), MappedTo: rows.TextOrNull(2), FirstAt: UnixTime.At(rows.Int64(3))),
            allowed.With());
        var sums = new Dictionary<long, RequestSum>();
        if (installs.Count > 0)
        {
            foreach (var cell in cells.Read(session, StoreId(session), null, filter.FirstDay, filter.EndDay, filter.IsHourly).SelectMany(part => part.Requests))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(sums, cell.Subject, out _) += cell.Sum;
            }
        }

        return
        [
            .. installs.Select(row => (Row: row, Totals: sums.GetValueOrDefault(row.SubjectId).ToTotals()))
                .Select(pair => new InstallRow(pair.Row.SubjectId, pair.Row.InstallId, pair.Row.MappedTo, pair.Row.FirstAt, pair.Totals.Requests, pair.Totals.CostUsd)),
        ];
    }

    private static string StoreId(SqlSession session) => session.Text(TelemetryReadSql.StoreId) ?? "";

    private static List<NamedCount> Count(IEnumerable<CountRow> rows, Func<CountRow, (string Name, string Detail)> key) =>
    [
        .. rows.GroupBy(key)
            .Select(group => new NamedCount(group.Key.Name, group.Key.Detail, group.SaturatingSum(row => row.Count)))
            .OrderByDescending(row => row.Count).ThenBy(row => row.Name, StringComparer.Ordinal),
    ];

    private static List<ModelRow> Models(TelemetryPeriodSums sums, TelemetryPeriodSums compared, PeopleDirectory people)
    {
        var (now, before) = (ByModel(sums.Times), ByModel(compared.Before));
        return
        [
            .. now.Keys.Union(before.Keys)
                .Select(model => new ModelRow(people.Name(model), now.GetValueOrDefault(model).ToTotals(), before.GetValueOrDefault(model).ToTotals()))
                .OrderByDescending(row => row.Totals.CostUsd).ThenBy(row => row.Model, StringComparer.Ordinal),
        ];
    }

    private static Dictionary<int, RequestSum> ByModel(IReadOnlyList<TimeSums> times) => times
        .SelectMany(each => each.Models)
        .GroupBy(pair => pair.Key, pair => pair.Value)
        .ToDictionary(group => group.Key, group => group.Aggregate(default(RequestSum), (sum, one) => sum + one));

    private static Dictionary<string, long> Sessions(IReadOnlyList<CountRow> period) => period
        .Where(row => row.IsSession)
        .GroupBy(row => row.Person, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.SaturatingSum(row => row.Count), StringComparer.Ordinal);

    private static List<UserRow> Users(TelemetryPeriodSums sums, Dictionary<string, long> sessions, TelemetryFilter filter) =>
    [
        .. sums.People.Values
            .Select(person => new UserRow(
                person.Person.Name, person.Person.Division, person.Person.Kind, person.Sum.ToTotals(), sessions.GetValueOrDefault(person.Person.Name),
                TelemetryFilter.Day(filter.FirstDay + (filter.IsHourly ? person.LastPlace / 24 : person.LastPlace))))
            .OrderByDescending(row => row.Totals.Requests).ThenByDescending(row => row.Totals.Billed).ThenBy(row => row.User, StringComparer.Ordinal),
    ];

    private static List<ToolRow> Tools(TelemetryPeriodSums sums, IReadOnlyList<CountRow> period, PeopleDirectory people)
    {
        var durations = sums.Tools.ToDictionary(pair => people.Name(pair.Key), pair => pair.Value, StringComparer.Ordinal);
        return
        [
            .. period.Where(row => row.Kind is CountKind.Tool).GroupBy(row => row.Name, StringComparer.Ordinal)
                .Select(group => new ToolRow(
                    group.Key,
                    group.SaturatingSum(row => row.Count),
                    group.Where(row => row.Detail is "failure").SaturatingSum(row => row.Count),
                    PeriodCards.Percentiles(durations.GetValueOrDefault(group.Key) ?? new LatencyHistogram())))
                .OrderByDescending(row => row.Calls).ThenBy(row => row.Tool, StringComparer.Ordinal),
        ];
    }
}
