using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Api;

/// <summary><c>GET /api/usage</c>: the first account's windows by name, as claude.ai returns them, and all accounts.</summary>
internal sealed record UsageReply(
    WindowReply? FiveHour,
    WindowReply? SevenDay,
    WindowReply? ExtraUsage,
    DateTimeOffset? UpdatedAt,
    bool Stale,
    string? Error,
    IReadOnlyList<AccountReply> Accounts);

internal sealed record AccountReply(
    long Id,
    string Label,
    string? Email,
    string Source,
    string Level,
    DateTimeOffset? ObservedAt,
    long? AgeSeconds,
    bool Stale,
    PollErrorView? Error,
    DateTimeOffset? NextPoll,
    IReadOnlyList<WindowReply> Windows);

internal sealed record WindowReply(
    string Window,
    double Utilization,
    string Level,
    DateTimeOffset? ResetsAt,
    bool IsOver,
    DateTimeOffset ObservedAt,
    string Source,
    Pace? Pace,
    ProjectionReply Projection,
    PlanReply? PlanEstimate);

internal sealed record ProjectionReply(string Outlook, DateTimeOffset? Earliest, DateTimeOffset? Latest);

/// <param name="Basis">States that these are not the issuer's figures.</param>
internal sealed record PlanReply(double TokensPerPercent, double LowestTokens, double HighestTokens, string Basis);

/// <summary><c>GET /api/history</c>.</summary>
internal sealed record HistoryReply(long? Account, double Hours, IReadOnlyList<HistorySeries> Series);

/// <summary><c>GET</c> and <c>POST /api/settings</c>, in seconds.</summary>
/// <param name="Interval">Saved, or from the environment.</param>
/// <param name="Effective">Including the backoff after failures.</param>
/// <param name="Backoff">True while failures lengthen the interval.</param>
/// <param name="NextPoll">Of the account polled with cookies, otherwise of the first; null if none is polled.</param>
/// <param name="Min">The lowest value that can be saved.</param>
/// <param name="Max">The highest value that can be saved.</param>
internal sealed record SettingsReply(int Interval, int Effective, bool Backoff, DateTimeOffset? NextPoll, int Min, int Max);

/// <summary>Body of <c>POST /api/settings</c>.</summary>
internal sealed record SettingsRequest(int? Interval);

/// <summary><c>POST /api/poll-now</c>: when the next poll is; now, if the rules allow it.</summary>
internal sealed record PollNowReply(DateTimeOffset NextPoll, long WaitSeconds);

/// <summary><c>GET /api/v1/quota/alerts</c>: the newest alerts, by channel.</summary>
internal sealed record AlertsReply(IReadOnlyList<string> Channels, string? QuietHours, IReadOnlyList<AlertReply> Alerts);

internal sealed record AlertReply(
    DateTimeOffset At,
    string Kind,
    string Account,
    string Window,
    double UsedPercent,
    double? ThresholdPercent,
    string Text,
    string Channel,
    string State,
    long Attempts,
    string? Error,
    DateTimeOffset? DeliveredAt);

/// <summary>Body of <c>POST /api/v1/quota/alerts/rules</c>.</summary>
internal sealed record AlertRuleRequest(long? Account, IReadOnlyList<int>? Thresholds, bool? Forecast = null);


[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageReply))]
[JsonSerializable(typeof(IReadOnlyList<AccountReply>))]
[JsonSerializable(typeof(HistoryReply))]
[JsonSerializable(typeof(SettingsReply))]
[JsonSerializable(typeof(SettingsRequest))]
[JsonSerializable(typeof(PollNowReply))]
[JsonSerializable(typeof(AlertsReply))]
[JsonSerializable(typeof(AlertRuleRequest))]
[JsonSerializable(typeof(IReadOnlyList<ReadingReply>))]
internal sealed partial class QuotaApiJson : JsonSerializerContext;
