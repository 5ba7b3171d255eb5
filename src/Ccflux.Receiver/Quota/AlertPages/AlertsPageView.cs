using Ccflux.Receiver.Quota.Alerts;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>Everything that <c>/admin/alerts</c> shows.</summary>
/// <param name="Channels">Every possible channel.</param>
/// <param name="Rules">The default rule first, then those of accounts that have their own.</param>
/// <param name="QuietHours">With their time zone; null if there are none.</param>
/// <param name="Deliveries">Newest first.</param>
public sealed record AlertsPageView(
    IReadOnlyList<ChannelLine> Channels, IReadOnlyList<RuleLine> Rules, string? QuietHours, bool AllowsPrivate, IReadOnlyList<DeliveryLine> Deliveries)
{
    public bool HasChannel => Channels.Any(channel => channel.IsSet);

    internal static AlertsPageView Of(AlertOptions options, ChannelOptions channels, IReadOnlyList<AlertRow> rows, IReadOnlyList<RuleRow> rules) => new(
        [.. channels.All.Select(channel => new ChannelLine(channel.Title, channel.Settings, channel.IsSet))],
        [RuleLine.Of(null, "All accounts", options.Thresholds, options.Forecast), .. rules.Select(rule => RuleLine.Of(rule.AccountId, rule.Account, rule.Thresholds, rule.Forecast))],
        options.QuietHours is { } hours ? $"{hours}, {options.TimeZone}" : null,
        channels.AllowPrivate,
        [.. rows.Select(DeliveryLine.Of)]);
}

/// <param name="Settings">The environment variables that set it.</param>
public sealed record ChannelLine(string Name, string Settings, bool IsSet);

/// <param name="AccountId">Null for the default rule.</param>
/// <param name="Thresholds">As text.</param>
public sealed record RuleLine(QuotaAccountId? AccountId, string Account, string Thresholds, bool Forecast)
{
    internal static RuleLine Of(QuotaAccountId? accountId, string account, string thresholds, bool forecast) => new(
        accountId,
        account,
        AlertSettings.ParseThresholds(thresholds) is { Count: > 0 } parsed ? string.Join(", ", parsed.Select(threshold => $"{threshold / 1000} %")) : "none",
        forecast);
}

/// <summary>An alert on one channel.</summary>
/// <param name="Error">Why it was not delivered, in words.</param>
public sealed record DeliveryLine(
    DateTimeOffset At, string Account, string Text, string Channel, DeliveryState State, long Attempts, DateTimeOffset? NextAt, DateTimeOffset? DeliveredAt, string? Error)
{
    internal static DeliveryLine Of(AlertRow row)
    {
        var alert = row.ToAlert();
        var state = row.State switch
        {
            "delivered" => DeliveryState.Delivered,
            "failed" => DeliveryState.Failed,
            "outdated" => DeliveryState.Outdated,
            _ => DeliveryState.Waiting,
        };
        return new DeliveryLine(
            alert.At,
            alert.Kind is AlertKind.Test ? "" : alert.Account,
            alert.Text,
            row.Channel,
            state,
            row.Attempts,
            state is DeliveryState.Waiting ? UnixTime.At(row.NextAt) : null,
            UnixTime.At(row.DeliveredAt),
            row.Error);
    }
}

public enum DeliveryState
{
    Waiting = 1,
    Delivered = 2,

    /// <summary>Given up after the last attempt.</summary>
    Failed = 3,

    /// <summary>Its window had reset before it could be sent.</summary>
    Outdated = 4,
}
