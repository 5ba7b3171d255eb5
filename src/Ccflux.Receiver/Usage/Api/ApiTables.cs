using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>The columns of every table in the API.</summary>
internal static class ApiTables
{
    public static ApiColumns<UserUsageRow> Users { get; } = Tokens(
        new ApiColumns<UserUsageRow>().Text("email", row => row.User.Email).Text("division", row => row.User.Division), row => row.Tokens)
        .Number("cost_usd", row => row.Cost.Usd)
        .Flag("has_unpriced", row => row.Cost.HasUnpriced)
        .Text("unpriced_models", row => Unpriced(row.Cost))
        .Integer("sessions", row => row.Sessions)
        .Integer("turns", row => row.Turns)
        .Integer("failed_turns", row => row.Failed)
        .Integer("messages", row => row.Messages)
        .Instant("last_active_utc", row => row.LastActive)
        .Text("tier", row => row.Tier.Label)
        .Text("tier_confidence", row => ApiValue.Name(row.Tier.Confidence))
        .Integer("window_billed_tokens", row => row.Window?.Billed)
        .Share("window_share", row => row.Window?.Share)
        .Instant("window_ends_utc", row => row.Window?.EndsAt)
        .Share("quota_5h", row => row.Quota?.FiveHour?.Share)
        .Instant("quota_5h_resets_utc", row => row.Quota?.FiveHour?.NextReset)
        .Share("quota_7d", row => row.Quota?.SevenDay?.Share)
        .Instant("quota_7d_resets_utc", row => row.Quota?.SevenDay?.NextReset);

    public static ApiColumns<ModelUsageRow> Models { get; } = Tokens(
        new ApiColumns<ModelUsageRow>().Text("model", row => row.Model.Name), row => row.Tokens)
        .Number("cost_usd", row => row.Cost.Usd)
        .Flag("has_unpriced", row => row.Cost.HasUnpriced)
        .Text("unpriced_models", row => Unpriced(row.Cost))
        .Integer("users", row => row.Users)
        .Integer("turns", row => row.Turns)
        .Integer("messages", row => row.Messages);

    public static ApiColumns<ModelDay> Days { get; } = new ApiColumns<ModelDay>()
        .Day("day_utc", row => row.Day)
        .Text("model", row => row.Model)
        .Integer("billed_tokens", row => row.Billed);

    public static ApiColumns<DivisionBar> Divisions { get; } = Tokens(
        new ApiColumns<DivisionBar>().Text("division", row => row.Name).Integer("users", row => row.Users), row => row.Tokens)
        .Number("cost_usd", row => row.Cost.Usd)
        .Flag("has_unpriced", row => row.Cost.HasUnpriced)
        .Text("unpriced_models", row => Unpriced(row.Cost))
        .Share("share", row => row.Share);

    public static ApiColumns<PeakBar> Peaks { get; } = new ApiColumns<PeakBar>()
        .Text("email", row => row.User.Email)
        .Text("division", row => row.User.Division)
        .Text("tier", row => row.Tier.Label)
        .Text("tier_confidence", row => ApiValue.Name(row.Tier.Confidence))
        .Integer("peak_tokens", row => row.Peak)
        .Integer("average_tokens", row => row.Average)
        .Integer("windows", row => row.Windows)
        .Integer("limit_tokens", row => row.LimitTokens)
        .Integer("open_tokens", row => row.Open);

    public static ApiColumns<WindowRow> Windows { get; } = Tokens(
        new ApiColumns<WindowRow>()
            .Text("email", row => row.User.Email)
            .Text("division", row => row.User.Division)
            .Instant("started_utc", row => row.StartedAt)
            .Instant("ends_utc", row => row.EndsAt)
            .Instant("last_event_utc", row => row.LastAt)
            .Text("status", row => row.IsOpen ? "open" : "closed"),
        row => row.Tokens)
        .Integer("turns", row => row.Turns)
        .Integer("sessions", row => row.Sessions);

    public static ApiColumns<Attention> WorthALook { get; } = new ApiColumns<Attention>()
        .Text("kind", row => ApiValue.Name(row.Kind))
        .Text("subjects", row => string.Join(' ', row.Subjects))
        .Integer("count", row => row.Count)
        .Share("share", row => row.Share)
        .Flag("of_limit", row => row.OfLimit)
        .Instant("at_utc", row => row.At)
        .Text("detail", row => row.Detail);

    public static ApiColumns<DeviceRow> Devices { get; } = new ApiColumns<DeviceRow>()
        .Integer("id", row => row.Id)
        .Text("device", row => row.Name)
        .Text("email", row => row.User.Email)
        .Text("key", row => row.ShortKey)
        .Instant("registered_utc", row => row.RegisteredAt)
        .Instant("last_seen_utc", row => row.LastSeenAt)
        .Instant("revoked_utc", row => row.RevokedAt)
        .Text("status", row => ApiValue.Name(row.Status));

    public static ApiColumns<EventRow> Events { get; } = Tokens(
        new ApiColumns<EventRow>()
            .Integer("id", row => row.Id)
            .Instant("received_utc", row => row.ReceivedAt)
            .Instant("ended_utc", row => row.EndedAt)
            .Text("email", row => row.User.Email)
            .Text("device", row => row.Device)
            .Text("session_id", row => row.SessionId)
            .Integer("turn_index", row => row.TurnIndex)
            .Text("model", row => row.Model.Name),
        row => row.Tokens)
        .Integer("messages", row => row.Messages)
        .Text("outcome", row => row.Outcome);

    public static ApiColumns<SeatRow> Seats { get; } = new ApiColumns<SeatRow>()
        .Text("email", row => row.User.Email)
        .Text("division", row => row.User.Division)
        .Text("status", row => ApiValue.Name(row.Status))
        .Integer("silent_days", row => row.SilentDays)
        .Instant("created_utc", row => row.CreatedAt)
        .Instant("expires_utc", row => row.ExpiresAt)
        .Integer("days_valid", row => row.DaysValid)
        .Instant("last_report_utc", row => row.LastReportAt)
        .Text("plugin_version", row => row.PluginVersion)
        .Text("claude_code_version", row => row.ClaudeCodeVersion)
        .Text("platform", row => row.Platform)
        .Text("claimed_email", row => row.ClaimedEmail)
        .Text("last_refusal", row => row.LastRefusal)
        .Instant("last_refusal_utc", row => row.LastRefusalAt);

    public static ApiColumns<AuditRow> Audit { get; } = new ApiColumns<AuditRow>()
        .Instant("at_utc", row => row.At)
        .Text("actor", row => row.Actor)
        .Text("action", row => row.Action)
        .Text("target", row => row.Target)
        .Text("detail", row => row.Detail)
        .Text("address", row => row.Address);

    public static ApiColumns<UserDayRow> UserDays { get; } = Tokens(new ApiColumns<UserDayRow>().Day("day_utc", row => row.Day), row => row.Tokens)
        .Number("cost_usd", row => row.Cost.Usd)
        .Flag("has_unpriced", row => row.Cost.HasUnpriced)
        .Text("unpriced_models", row => Unpriced(row.Cost))
        .Integer("sessions", row => row.Sessions)
        .Integer("turns", row => row.Turns)
        .Integer("failed_turns", row => row.Failed);

    public static ApiColumns<SessionRow> Sessions { get; } = Tokens(
        new ApiColumns<SessionRow>()
            .Text("session_id", row => row.SessionId)
            .Instant("started_utc", row => row.StartedAt)
            .Instant("last_utc", row => row.LastAt),
        row => row.Tokens)
        .Number("cost_usd", row => row.Cost.Usd)
        .Flag("has_unpriced", row => row.Cost.HasUnpriced)
        .Text("unpriced_models", row => Unpriced(row.Cost))
        .Integer("turns", row => row.Turns)
        .Text("models", row => string.Join(' ', row.Models.Select(share => share.Model.Name)));

    public static ApiColumns<LimitEventRow> Limits { get; } = new ApiColumns<LimitEventRow>()
        .Instant("at_utc", row => row.At)
        .Text("window", row => row.Window)
        .Instant("resets_utc", row => row.ResetsAt)
        .Flag("final", row => row.Final)
        .Text("session_id", row => row.SessionId)
        .Integer("turn_index", row => row.TurnIndex);

    public static ApiColumns<SharedRequestsRow> Shared { get; } = new ApiColumns<SharedRequestsRow>()
        .Text("other_email", row => row.Other.Email)
        .Integer("requests", row => row.Requests)
        .Integer("tokens", row => row.Tokens)
        .Integer("sessions", row => row.Sessions)
        .Instant("first_utc", row => row.FirstAt)
        .Instant("last_utc", row => row.LastAt)
        .Text("counted_for", row => ApiValue.Name(row.CountedFor));

    /// <summary>Totals of a period, next to those of all time and of the prior period.</summary>
    public static ApiColumns<SummaryRow> Summary { get; } = new ApiColumns<SummaryRow>()
        .Text("figure", row => row.Figure)
        .Number("all_time", row => row.AllTime)
        .Number("period", row => row.Period)
        .Number("prior_period", row => row.Prior);

    /// <summary>The unpriced models' names, separated by spaces; null if every model has a price.</summary>
    private static string? Unpriced(Cost cost) => cost.Unpriced is { } models ? string.Join(' ', models) : null;

    private static ApiColumns<T> Tokens<T>(ApiColumns<T> columns, Func<T, TokenSums> tokens) => columns
        .Integer("billed_tokens", row => tokens(row).Billed)
        .Integer("input_tokens", row => tokens(row).Input)
        .Integer("output_tokens", row => tokens(row).Output)
        .Integer("cache_read_tokens", row => tokens(row).CacheRead)
        .Integer("cache_write_tokens", row => tokens(row).CacheWrite)
        .Share("cache_hit_rate", row => tokens(row).CacheHit);
}

/// <summary>A model's billed tokens on one day.</summary>
internal sealed record ModelDay(DateOnly Day, string Model, long Billed);

/// <summary>One figure of the cards.</summary>
internal sealed record SummaryRow(string Figure, decimal? AllTime, decimal? Period, decimal? Prior);
