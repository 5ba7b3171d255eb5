using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Api;

/// <summary>A figure of the period, of the part of it that is compared, and of the same part of the previous period.</summary>
internal sealed record SummaryRow(string Figure, object? Period, object? Compared, object? Before);

/// <summary>The columns of each table. JSON and CSV are both written from them.</summary>
internal static class TelemetryColumns
{
    public static readonly IReadOnlyList<(string, Func<SummaryRow, object?>)> Summary =
        [("figure", row => row.Figure), ("period", row => row.Period), ("before", row => row.Before), ("period_compared", row => row.Compared)];

    public static readonly IReadOnlyList<(string, Func<TimePoint, object?>)> Timeline =
    [
        ("at", row => row.At), .. Totals<TimePoint>(row => row.Totals), ("request_p95_ms", row => row.RequestP95), ("tool_p95_ms", row => row.ToolP95),
        ("cli_seconds", row => row.CliMs / 1000m), ("user_seconds", row => row.UserMs / 1000m), ("sessions", row => row.Sessions), ("conversations", row => row.Conversations),
    ];

    public static readonly IReadOnlyList<(string, Func<(DateTimeOffset At, ModelTotals Model), object?>)> TimelineModels =
        [("at", row => row.At), ("model", row => row.Model.Model), .. Totals<(DateTimeOffset At, ModelTotals Model)>(row => row.Model.Totals)];

    public static readonly IReadOnlyList<(string, Func<(DateTimeOffset At, string User, long Tokens), object?>)> TimelineUsers =
        [("at", row => row.At), ("user", row => row.User.Length > 0 ? row.User : "everyone else"), ("tokens", row => row.Tokens)];

    public static readonly IReadOnlyList<(string, Func<ModelRow, object?>)> Models =
        [("model", row => row.Model), .. Totals<ModelRow>(row => row.Totals), ("cost_usd_before", row => row.Before.CostUsd), ("requests_before", row => row.Before.Requests)];

    public static readonly IReadOnlyList<(string, Func<UserRow, object?>)> Users =
        [("user", row => row.User), ("division", row => row.Division), ("kind", row => row.Kind), .. Totals<UserRow>(row => row.Totals), ("sessions", row => row.Sessions), ("last_day", row => row.LastDay)];

    public static readonly IReadOnlyList<(string, Func<(string Name, LabelGroup Group), object?>)> Labels =
    [
        ("label", row => row.Name), ("value", row => row.Group.Value), ("users", row => row.Group.Users), ("sessions", row => row.Group.Sessions),
        .. Totals<(string Name, LabelGroup Group)>(row => row.Group.Totals),
    ];

    public static readonly IReadOnlyList<(string, Func<StatedRow, object?>)> Stated =
    [
        ("label", row => row.Name), ("value", row => row.Value), ("since", row => row.Since), ("last_at", row => row.LastAt),
        ("current", row => row.IsCurrent), ("claimed", row => row.IsClaimed),
    ];

    public static readonly IReadOnlyList<(string, Func<NamedCount, object?>)> Terminals = [("terminal", row => row.Name), ("sessions", row => row.Count)];

    public static readonly IReadOnlyList<(string, Func<ToolRow, object?>)> Tools =
    [
        ("tool", row => row.Tool), ("calls", row => row.Calls), ("failures", row => row.Failures), ("success_rate", row => row.SuccessRate),
        ("p50_ms", row => row.Ms.P50), ("p95_ms", row => row.Ms.P95), ("p99_ms", row => row.Ms.P99),
    ];

    public static readonly IReadOnlyList<(string, Func<NamedCount, object?>)> Decisions =
        [("tool", row => row.Name), ("decision", row => row.Detail.Split(':')[0]), ("source", row => row.Detail.Split(':')[^1]), ("count", row => row.Count)];

    public static readonly IReadOnlyList<(string, Func<NamedCount, object?>)> Errors = [("status", row => row.Name), ("count", row => row.Count)];

    public static readonly IReadOnlyList<(string, Func<WindowRow, object?>)> Windows =
    [
        ("user", row => row.User), ("billed_tokens", row => row.Billed), ("cache_read_tokens", row => row.CacheRead), ("cache_write_tokens", row => row.CacheWrite),
        ("plan", row => row.Plan), ("plan_tokens", row => row.Limit),
        ("quota_5h_percent", row => row.Quota?.UsedPercent), ("quota_5h_resets_utc", row => row.Quota?.ResetsAt), ("quota_5h_observed_utc", row => row.Quota?.ObservedAt),
    ];

    public static readonly IReadOnlyList<(string, Func<RecentCall, object?>)> Calls =
    [
        ("at", row => row.At), ("user", row => row.User), ("model", row => row.Model), ("query_source", row => row.QuerySource), ("request_id", row => row.RequestId),
        ("input_tokens", row => row.Input), ("output_tokens", row => row.Output), ("cache_read_tokens", row => row.CacheRead), ("cache_write_tokens", row => row.CacheWrite),
        ("cost_usd", row => row.CostUsd), ("duration_ms", row => row.DurationMs),
    ];

    public static readonly IReadOnlyList<(string, Func<SeenRow, object?>)> Seen =
        [("kind", row => row.Kind), ("name", row => row.Name), ("count", row => row.Count), ("first_at", row => row.FirstAt), ("last_at", row => row.LastAt)];

    public static readonly IReadOnlyList<(string, Func<InstallRow, object?>)> Installs =
    [
        ("id", row => row.SubjectId), ("user_id", row => row.InstallId), ("mapped_to", row => row.MappedTo), ("first_at", row => row.FirstAt),
        ("requests", row => row.Requests), ("cost_usd", row => row.CostUsd),
    ];

    public static readonly IReadOnlyList<(string, Func<ReconciledRow, object?>)> Reconciled =
    [
        ("session", row => row.Session), ("model", row => row.Model), ("agreement", row => AgreementName(row.Agreement)),
        .. Account("telemetry", row => row.Telemetry), .. Account("hook", row => row.Hook), .. Account("unseen", row => row.Unseen),
        ("unseen_sources", row => string.Join(' ', row.UnseenSources)), .. Account("lost", row => row.Lost),
    ];

    public static readonly IReadOnlyList<(string, Func<RequestsBySource, object?>)> Sources =
    [
        ("made_for", row => OriginName(row.Origin)),
        ("both", row => row.Both.Requests), ("hook_only", row => row.HookOnly.Requests), ("telemetry_only", row => row.TelemetryOnly.Requests), ("not_counted", row => row.NotCounted.Requests),
        ("both_tokens", row => row.Both.Tokens), ("hook_only_tokens", row => row.HookOnly.Tokens), ("telemetry_only_tokens", row => row.TelemetryOnly.Tokens),
        ("not_counted_tokens", row => row.NotCounted.Tokens),
    ];

    public static IEnumerable<(DateTimeOffset, ModelTotals)> ModelsOf(TelemetryPageView view) =>
        view.Timeline.SelectMany(point => point.Models.OrderBy(model => model.Model, StringComparer.Ordinal).Select(model => (point.At, model)));

    public static IEnumerable<(DateTimeOffset, string, long)> UsersOf(TelemetryPageView view) =>
        view.Timeline.SelectMany((point, place) => view.UserLines.Select(line => (point.At, line.User, line.Tokens[place])).Where(row => row.Item3 > 0));

    /// <param name="view">The period.</param>
    /// <param name="by">A label; null: each in turn.</param>
    public static IEnumerable<(string, LabelGroup)> LabelsOf(TelemetryPageView view, string? by) => view.Labels
        .Where(split => by is null || string.Equals(split.Name, by, StringComparison.Ordinal))
        .SelectMany(split => split.Groups.Select(group => (split.Name, group)));

    public static IEnumerable<SummaryRow> SummaryOf(TelemetryPageView view) => Figures
        .Select(figure => new SummaryRow(figure.Name, figure.Value(view.Cards), figure.Value(view.Compared), figure.Value(view.Before)));

    private static IReadOnlyList<(string Name, Func<TelemetryCards, object?> Value)> Figures { get; } =
    [
        .. Totals<TelemetryCards>(cards => cards.Totals),
        ("success_rate", cards => cards.Totals.SuccessRate), ("cache_efficiency", cards => cards.Totals.CacheEfficiency),
        ("sessions", cards => cards.Sessions), ("conversations", cards => cards.Conversations),
        ("request_p50_ms", cards => cards.RequestMs.P50), ("request_p95_ms", cards => cards.RequestMs.P95), ("request_p99_ms", cards => cards.RequestMs.P99),
        ("tool_p95_ms", cards => cards.ToolMs.P95), ("cli_seconds", cards => cards.CliSeconds), ("user_seconds", cards => cards.UserSeconds),
        ("usage_leverage", cards => cards.UsageLeverage), ("lines_added", cards => cards.LinesAdded), ("lines_removed", cards => cards.LinesRemoved),
        ("commits", cards => cards.Commits), ("pull_requests", cards => cards.PullRequests), ("tool_calls", cards => cards.ToolCalls), ("tool_success", cards => cards.ToolSuccess),
        ("accepted", cards => cards.Accepted), ("rejected", cards => cards.Rejected), ("automatic", cards => cards.Automatic),
    ];

    private static IReadOnlyList<(string, Func<T, object?>)> Totals<T>(Func<T, RequestTotals> totals) =>
    [
        ("requests", row => totals(row).Requests), ("errors", row => totals(row).Errors), ("input_tokens", row => totals(row).Input), ("output_tokens", row => totals(row).Output),
        ("cache_read_tokens", row => totals(row).CacheRead), ("cache_write_tokens", row => totals(row).CacheWrite), ("cost_usd", row => totals(row).CostUsd),
    ];

    private static IEnumerable<(string, Func<ReconciledRow, object?>)> Account(string name, Func<ReconciledRow, AccountTokens?> account) =>
    [
        (name + "_input", row => account(row)?.Input), (name + "_output", row => account(row)?.Output),
        (name + "_cache_read", row => account(row)?.CacheRead), (name + "_cache_write", row => account(row)?.CacheWrite),
    ];

    private static string AgreementName(Agreement agreement) => agreement switch
    {
        Agreement.Agree => "agree",
        Agreement.Differ => "differ",
        Agreement.TelemetryOnly => "telemetry_only",
        Agreement.HookOnly => "hook_only",
    };

    private static string OriginName(RequestOrigin origin) => origin switch
    {
        RequestOrigin.Main => "conversation",
        RequestOrigin.Subagent => "subagent",
        RequestOrigin.Auxiliary => "auxiliary",
        RequestOrigin.Advisor => "advisor",
        RequestOrigin.Compaction => "compaction",
        RequestOrigin.WebSearch => "web_search",
        RequestOrigin.Legacy => "ccflux_0_1",
        RequestOrigin.Metrics => "metrics",
        _ => "not_stated",
    };
}
