using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Settings of alerts: when they are created and where they go. Without a channel none are created.</summary>
internal sealed class AlertOptions : IValidatableObject
{
    public const string TelegramAddress = "https://api.telegram.org";

    [ConfigurationKeyName("ALERT_THRESHOLDS")]
    [Description("Percentages at which an alert is sent, separated by commas; an account may have its own.")]
    public string Thresholds { get; set; } = "80,95";

    [ConfigurationKeyName("ALERT_FORECAST")]
    [Description("Alert when a window will be exhausted before it resets even at the slowest recent rate of use.")]
    public bool Forecast { get; set; } = true;

    [ConfigurationKeyName("ALERT_QUIET_HOURS")]
    [Description("Hours without alerts, such as 22:00-07:00. Alerts wait until they end, and are dropped if their window has reset by then.")]
    public string? QuietHours { get; set; }

    [ConfigurationKeyName("ALERT_TIME_ZONE")]
    [Description("The time zone of ALERT_QUIET_HOURS, such as Europe/Berlin.")]
    public string TimeZone { get; set; } = "UTC";

    [ConfigurationKeyName("ALERT_TELEGRAM_TOKEN"), Secret]
    [Description("The token of a Telegram bot; needs ALERT_TELEGRAM_CHAT too.")]
    public string? TelegramToken { get; set; }

    [ConfigurationKeyName("ALERT_TELEGRAM_CHAT")]
    [Description("The chat that the bot writes to.")]
    public string? TelegramChat { get; set; }

    [ConfigurationKeyName("ALERT_SLACK_URL"), Secret]
    [Description("The URL of a Slack-compatible incoming webhook ({\"text\":…}); Mattermost, Rocket.Chat and others accept this form too.")]
    public string? SlackUrl { get; set; }

    [ConfigurationKeyName("ALERT_WEBHOOK_URL"), Secret]
    [Description("A URL that accepts alerts as plain JSON.")]
    public string? WebhookUrl { get; set; }

    [ConfigurationKeyName("ALERT_TELEGRAM_URL")]
    [Description("Base URL of the Telegram API or of a compatible server.")]
    public string TelegramUrl { get; set; } = TelegramAddress;

    [ConfigurationKeyName("ALLOW_PRIVATE_WEBHOOKS")]
    [Description("Allows alerts to be sent to private and loopback IP addresses, and to these without TLS.")]
    public bool AllowPrivate { get; set; }

    public IReadOnlyList<string> Channels =>
    [
        .. TelegramToken is not null && TelegramChat is not null ? [AlertChannel.Telegram] : Array.Empty<string>(),
        .. SlackUrl is not null ? [AlertChannel.Slack] : Array.Empty<string>(),
        .. WebhookUrl is not null ? [AlertChannel.Webhook] : Array.Empty<string>(),
    ];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AlertSettings.ParseThresholds(Thresholds) is null)
        {
            yield return new ValidationResult($"ALERT_THRESHOLDS: {AlertSettings.ThresholdsForm}");
        }

        if (QuietHours is not null && Alerts.QuietHours.Parse(QuietHours, TimeZone) is null)
        {
            yield return new ValidationResult("ALERT_QUIET_HOURS: expected hours such as 22:00-07:00, and a known ALERT_TIME_ZONE.");
        }

        if (TelegramToken is null != TelegramChat is null)
        {
            yield return new ValidationResult("ALERT_TELEGRAM_TOKEN and ALERT_TELEGRAM_CHAT: set both, or neither.");
        }

        if (TelegramToken?.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_') == false)
        {
            yield return new ValidationResult("ALERT_TELEGRAM_TOKEN: contains a character that is not allowed in a bot token.");
        }

        foreach (var (key, address) in new[] { ("ALERT_SLACK_URL", SlackUrl), ("ALERT_WEBHOOK_URL", WebhookUrl), ("ALERT_TELEGRAM_URL", TelegramUrl) })
        {
            if (address is not null && OutboundAddress.Fault(address, AllowPrivate, "ALLOW_PRIVATE_WEBHOOKS") is { } fault)
            {
                yield return new ValidationResult($"{key}: {fault}");
            }
        }
    }
}
