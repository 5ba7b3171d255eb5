namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Channels of alerts, as stored and shown.</summary>
internal static class AlertChannel
{
    public const string Telegram = "telegram";
    public const string Slack = "slack";
    public const string Webhook = "webhook";
}
