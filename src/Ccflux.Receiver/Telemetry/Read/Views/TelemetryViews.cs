namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>Everything that the telemetry page shows, read at one instant.</summary>
/// <param name="HasAny">False until the first record arrives: until then the page shows how to set clients up.</param>
/// <param name="Compared">The part of the period that <paramref name="Before"/> is compared with: only complete hours while the period has not ended, otherwise all of it.</param>
/// <param name="Before">The same part of the previous period of equal length.</param>
/// <param name="ComparedUntil">When that part of the period ends; null if it is the whole period.</param>
/// <param name="TimelineBefore">By hour, only whole hours; by day, the current day only as far as it is compared.</param>
/// <param name="CallsTotal">Requests that can be paged through.</param>
/// <param name="Labels">The period by each label.</param>
/// <param name="Installs">Whatever the filter is; their figures are those of the period.</param>
public sealed record TelemetryPageView(
    TelemetryFilter Filter,
    DateTimeOffset At,
    bool HasAny,
    TelemetryCards Cards,
    TelemetryCards Compared,
    TelemetryCards Before,
    DateTimeOffset? ComparedUntil,
    IReadOnlyList<TimePoint> Timeline,
    IReadOnlyList<TimePoint> TimelineBefore,
    IReadOnlyList<UserLine> UserLines,
    IReadOnlyList<ModelRow> Models,
    IReadOnlyList<UserRow> Users,
    IReadOnlyList<LabelSplit> Labels,
    IReadOnlyList<NamedCount> Terminals,
    IReadOnlyList<ToolRow> Tools,
    IReadOnlyList<NamedCount> Decisions,
    IReadOnlyList<NamedCount> Errors,
    IReadOnlyList<WindowRow> Windows,
    IReadOnlyList<RecentCall> RecentCalls,
    int CallsTotal,
    IReadOnlyList<InstallRow> Installs,
    IReadOnlyList<SeenRow> Names,
    TelemetryChoices Choices);

/// <summary>Requests, tokens and cost, from one source each.</summary>
public sealed record RequestTotals(long Requests, long Errors, long Input, long Output, long CacheRead, long CacheWrite, decimal CostUsd)
{
    public static readonly RequestTotals None = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Input and output, without cache.</summary>
    public long Billed => Saturating.Add(Input, Output);

    public long AllTokens => Saturating.Add(Saturating.Add(Input, Output), Saturating.Add(CacheRead, CacheWrite));

    /// <summary>Share of requests that succeeded, after retries; null if there were none.</summary>
    public double? SuccessRate => Requests + Errors == 0 ? null : (double)Requests / (Requests + Errors);

    /// <summary>Share of cache reads in all input, including cache writes.</summary>
    public double? CacheEfficiency => (double)Input + CacheRead + CacheWrite is > 0 and var read ? CacheRead / read : null;

    public static RequestTotals operator +(RequestTotals left, RequestTotals right) => new(
        Saturating.Add(left.Requests, right.Requests), Saturating.Add(left.Errors, right.Errors), Saturating.Add(left.Input, right.Input), Saturating.Add(left.Output, right.Output),
        Saturating.Add(left.CacheRead, right.CacheRead), Saturating.Add(left.CacheWrite, right.CacheWrite), left.CostUsd + right.CostUsd);
}

/// <summary>The figures of a period.</summary>
/// <param name="Sessions">Distinct session ids by the hour in which they were first seen, and starts without an id.</param>
/// <param name="Conversations">Distinct prompts.</param>
/// <param name="CliMs">Active time of the client in milliseconds; <paramref name="UserMs"/> is that of the person.</param>
public sealed record TelemetryCards(
    RequestTotals Totals,
    long Sessions,
    long Conversations,
    Percentiles RequestMs,
    Percentiles ToolMs,
    long CliMs,
    long UserMs,
    long LinesAdded,
    long LinesRemoved,
    long Commits,
    long PullRequests,
    long ToolCalls,
    long ToolFailures,
    long Accepted,
    long Rejected,
    long Automatic)
{
    /// <summary>Share of tool calls that succeeded; null if there were none.</summary>
    public double? ToolSuccess => ToolCalls == 0 ? null : (double)(ToolCalls - ToolFailures) / ToolCalls;

    /// <summary>Seconds that the client worked per second of a person's activity; null if nobody was active.</summary>
    public double? UsageLeverage => UserMs == 0 ? null : (double)CliMs / UserMs;

    public decimal CliSeconds => CliMs / 1000m;

    public decimal UserSeconds => UserMs / 1000m;
}

/// <summary>Milliseconds, each off by 3 % at most; null if nothing was measured.</summary>
public sealed record Percentiles(double? P50, double? P95, double? P99, long Count);

/// <summary>An hour or a day of the timeline, by model.</summary>
/// <param name="RequestP95">Of the whole hour or day over all models, in ms.</param>
public sealed record TimePoint(
    DateTimeOffset At,
    RequestTotals Totals,
    IReadOnlyList<ModelTotals> Models,
    double? RequestP95,
    double? ToolP95,
    long CliMs,
    long UserMs,
    long Sessions,
    long Conversations);

/// <summary>All tokens of a person by hour or day.</summary>
/// <param name="User">Empty: everyone else.</param>
public sealed record UserLine(string User, IReadOnlyList<long> Tokens);

public sealed record ModelTotals(string Model, RequestTotals Totals);

public sealed record ModelRow(string Model, RequestTotals Totals, RequestTotals Before);

/// <param name="Kind">user, claimed, install or other: how certain the user is.</param>
public sealed record UserRow(string User, string Division, string Kind, RequestTotals Totals, long Sessions, DateTimeOffset? LastDay);

public sealed record NamedCount(string Name, string Detail, long Count);

public sealed record ToolRow(string Tool, long Calls, long Failures, Percentiles Ms)
{
    public double? SuccessRate => Calls == 0 ? null : (double)(Calls - Failures) / Calls;
}

/// <summary>What a user used in the last five hours, compared with the plan.</summary>
/// <param name="Plan">Null if no plan is known.</param>
/// <param name="Limit">Tokens that the plan allows in five hours, if known.</param>
/// <param name="Quota">How full the user's limit is, if that was observed.</param>
public sealed record WindowRow(string User, long Billed, long CacheRead, long CacheWrite, string? Plan, long? Limit, FiveHourQuota? Quota);

/// <summary>A reading of the 5-hour limit that has not reset since.</summary>
/// <param name="UsedPercent">May exceed 100.</param>
/// <param name="Source">As text.</param>
public sealed record FiveHourQuota(double UsedPercent, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, string Source);

public sealed record RecentCall(
    DateTimeOffset At, string User, string Model, string QuerySource, string? RequestId, long Input, long Output, long CacheRead, long CacheWrite, decimal CostUsd, long? DurationMs);

/// <summary>What the filters offer; models in the order in which they were first seen.</summary>
/// <param name="Colours">Numbers of series tokens by model, the same on every page; a model without one is grey.</param>
public sealed record TelemetryChoices(
    IReadOnlyList<string> Users, IReadOnlyList<string> Divisions, IReadOnlyList<string> Models, IReadOnlyList<string> Terminals, IReadOnlyDictionary<string, int> Colours)
{
    /// <summary>Each label that can be asked for, with or without values.</summary>
    public IReadOnlyList<LabelChoice> Labels { get; init; } = [];
}

/// <summary>A name that is not recognised, refused or beyond a cap.</summary>
public sealed record SeenRow(string Kind, string Name, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>A telemetry token of a user, without the token.</summary>
public sealed record TelemetryTokenRow(DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>Telemetry that names no user.</summary>
/// <param name="MappedTo">The e-mail address that the admin mapped it to.</param>
public sealed record InstallRow(long SubjectId, string InstallId, string? MappedTo, DateTimeOffset FirstAt, long Requests, decimal CostUsd);
