using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>When alerts are made and where they go. Without a channel none are made.</summary>
internal sealed class AlertOptions : IValidatableObject
{
    public const string TelegramAddress = "https://api.telegram.org";

    [ConfigurationKeyName("ALERT_THRESHOLDS")]
    [Description("Percentages that are told when a window reaches them, separated by commas; an account may have its own.")]
    public string Thresholds { get; set; } = "80,95";

    [ConfigurationKeyName("ALERT_FORECAST")]
    [Description("Tell when a window will run out before it resets, by the slowest recent use too.")]
    public bool Forecast { get; set; } = true;

    [ConfigurationKeyName("ALERT_QUIET_HOURS")]
    [Description("Hours without alerts, such as 22:00-07:00. Alerts wait for their end, and are dropped when their window has reset by then.")]
    public string? QuietHours { get; set; }

    [ConfigurationKeyName("ALERT_TIME_ZONE")]
    [Description("The time zone of ALERT_QUIET_HOURS, such as Europe/Berlin.")]
    public string TimeZone { get; set; } = "UTC";

    [ConfigurationKeyName("ALERT_TELEGRAM_TOKEN"), Secret]
    [Description("The token of a Telegram bot; with ALERT_TELEGRAM_CHAT.")]
    public string? TelegramToken { get; set; }

    [ConfigurationKeyName("ALERT_TELEGRAM_CHAT")]
    [Description("The chat that the bot writes to.")]
    public string? TelegramChat { get; set; }

    [ConfigurationKeyName("ALERT_SLACK_URL"), Secret]
    [Description("An incoming webhook of Slack's form ({\"text\":…}), which Mattermost, Rocket.Chat and others take too.")]
    public string? SlackUrl { get; set; }

    [ConfigurationKeyName("ALERT_WEBHOOK_URL"), Secret]
    [Description("An address that takes alerts as plain JSON.")]
    public string? WebhookUrl { get; set; }

    [ConfigurationKeyName("ALERT_TELEGRAM_URL")]
    [Description("Telegram's API, or a server of your own that stands for it.")]
    public string TelegramUrl { get; set; } = TelegramAddress;

    [ConfigurationKeyName("ALLOW_PRIVATE_WEBHOOKS")]
    [Description("Lets alerts go to private and loopback addresses, and to these without TLS.")]
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
            yield return new ValidationResult("ALERT_TELEGRAM_TOKEN: holds a character that no bot token has.");
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
