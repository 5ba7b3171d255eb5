namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Where alerts go, as it is kept and shown.</summary>
internal static class AlertChannel
{
    public const string Telegram = "telegram";
    public const string Slack = "slack";
    public const string Webhook = "webhook";
}
