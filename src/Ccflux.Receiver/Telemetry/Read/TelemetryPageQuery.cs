using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>The telemetry page in one read: what the filter covers, and the period of equal length before it.</summary>
internal sealed class TelemetryPageQuery(SqliteReaders readers, ISeatPlans plans, IFiveHourQuotas quotas, TimeProvider time)
{
    public const int RecentCalls = 20;

    public async Task<TelemetryPageView> ReadAsync(TelemetryFilter filter, int recentCalls, CancellationToken cancellationToken)
    {
        var known = await plans.ReadAsync(cancellationToken);
        var observed = await quotas.ReadAsync(cancellationToken);
        using var lease = await readers.RentAsync(cancellationToken);
        using var transaction = lease.Connection.BeginTransaction(deferred: true);
        var now = time.GetUtcNow();
        var rows = TelemetryRows.Read(lease.Connection, filter, now, recentCalls);
        var period = rows.Counts.Where(row => row.Time >= filter.FirstDay).ToList();
        return new TelemetryPageView(
            filter,
            now,
            lease.Connection.ExecuteScalar<bool>(TelemetryReadSql.HasAny),
            Cards(rows, filter.FirstDay, filter.EndDay),
            Cards(rows, filter.FirstDayBefore, filter.FirstDay),
            TelemetryTimeline.Build(rows, filter),
            Models(rows, filter),
            Users(rows, period),
            Count(period.Where(IsSession), row => (row.Terminal, "")),
            Tools(rows, period, filter),
            Count(Decided(period), row => (row.Name, row.Detail)),
            Count(period.Where(row => row.Kind is CountKind.Error), row => (row.Name, "")),
            [.. rows.Windows.Select(row => Window(row, known.GetValueOrDefault(row.User), observed.GetValueOrDefault(row.User))).OrderByDescending(row => row.Billed)],
            [.. rows.Calls.Select(row => row.ToCall())],
            rows.Choices);
    }

    private static WindowRow Window(WindowSums row, SeatPlan? plan, FiveHourQuota? quota) =>
        new(row.User, row.Billed, row.CacheRead, row.CacheWrite, plan?.Name, plan?.WindowTokens, quota);

    private static List<NamedCount> Count(IEnumerable<CountRow> rows, Func<CountRow, (string Name, string Detail)> key) =>
    [
        .. rows.GroupBy(key)
            .Select(group => new NamedCount(group.Key.Name, group.Key.Detail, group.Sum(row => row.Count)))
            .OrderByDescending(row => row.Count).ThenBy(row => row.Name, StringComparer.Ordinal),
    ];

    private static TelemetryCards Cards(TelemetryRows rows, long from, long to)
    {
        var counts = rows.Counts.Where(row => row.Time >= from && row.Time < to).ToList();
        var decisions = Decided(counts).ToList();
        long Sum(string kind, string? name = null) => counts
            .Where(row => string.Equals(row.Kind, kind, StringComparison.Ordinal) && (name is null || string.Equals(row.Name, name, StringComparison.Ordinal)))
            .Sum(row => row.Count);
        long Decisions(Func<string, bool> choose) => decisions.Where(row => choose(row.Detail)).Sum(row => row.Count);

        return new TelemetryCards(
            rows.Days.Where(row => row.Time >= from && row.Time < to).Aggregate(RequestTotals.None, (sum, row) => sum + row.ToTotals()),
            counts.Where(IsSession).Sum(row => row.Count),
            Sum(CountKind.Conversation),
            Histograms.Of(rows.DayLatencies, from, to),
            Histograms.Of(rows.DayToolLatencies, from, to),
            Sum(CountKind.ActiveTime, "cli") / 1000,
            Sum(CountKind.ActiveTime, "user") / 1000,
            Sum(CountKind.Lines, "added"),
            Sum(CountKind.Lines, "removed"),
            Sum(CountKind.Commit),
            Sum(CountKind.PullRequest),
            Sum(CountKind.Tool),
            Decisions(detail => detail.StartsWith("accept:", StringComparison.Ordinal) && !IsAutomatic(detail)),
            Decisions(detail => detail.StartsWith("reject:", StringComparison.Ordinal) && !IsAutomatic(detail)),
            Decisions(IsAutomatic));
    }

    /// <summary>Rules and hooks decide without the user.</summary>
    private static bool IsAutomatic(string decision) =>
        decision.EndsWith(":config", StringComparison.Ordinal) || decision.EndsWith(":hook", StringComparison.Ordinal);

    private static bool IsSession(CountRow row) => row.Kind is CountKind.Session or CountKind.AnonymousSession;

    /// <summary>A user's decisions by event where there are any, else those of the metric, which knows edits only. Never both.</summary>
    private static IEnumerable<CountRow> Decided(IEnumerable<CountRow> counts) => counts
        .Where(row => row.Kind is CountKind.Decision or CountKind.EditDecision)
        .GroupBy(row => row.User, StringComparer.Ordinal)
        .SelectMany(user => user.Any(row => row.Kind is CountKind.Decision) ? user.Where(row => row.Kind is CountKind.Decision) : user);

    private static List<ModelRow> Models(TelemetryRows rows, TelemetryFilter filter) =>
    [
        .. rows.Days.GroupBy(row => row.Model, StringComparer.Ordinal)
            .Select(group => new ModelRow(
                group.Key,
                group.Where(row => row.Time >= filter.FirstDay).Aggregate(RequestTotals.None, (sum, row) => sum + row.ToTotals()),
                group.Where(row => row.Time < filter.FirstDay).Aggregate(RequestTotals.None, (sum, row) => sum + row.ToTotals())))
            .OrderByDescending(row => row.Totals.CostUsd),
    ];

    private static List<UserRow> Users(TelemetryRows rows, List<CountRow> period)
    {
        var sessions = period.Where(IsSession).GroupBy(row => row.User, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(row => row.Count), StringComparer.Ordinal);
        return
        [
            .. rows.Users
                .Select(row => new UserRow(row.User, row.Division, row.Kind, row.ToTotals(), sessions.GetValueOrDefault(row.User), TelemetryFilter.Day(row.LastDay)))
                .OrderByDescending(row => row.Totals.Requests).ThenByDescending(row => row.Totals.Billed),
        ];
    }

    private static List<ToolRow> Tools(TelemetryRows rows, List<CountRow> period, TelemetryFilter filter)
    {
        var latencies = rows.DayToolLatencies.Where(row => row.Time >= filter.FirstDay).ToLookup(row => row.Name, StringComparer.Ordinal);
        return
        [
            .. period.Where(row => row.Kind is CountKind.Tool).GroupBy(row => row.Name, StringComparer.Ordinal)
                .Select(group => new ToolRow(
                    group.Key,
                    group.Sum(row => row.Count),
                    group.Where(row => row.Detail is "failure").Sum(row => row.Count),
                    Histograms.Of(latencies[group.Key], filter.FirstDay, filter.EndDay)))
                .OrderByDescending(row => row.Calls),
        ];
    }
}
