using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>The channels of alerts: what sets each, and what it is sent. Without a channel no alerts are created.</summary>
internal sealed class ChannelOptions : IValidatableObject
{
    public const string TelegramAddress = "https://api.telegram.org";

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

    /// <summary>Every channel, set or not, in the order of the page.</summary>
    public IReadOnlyList<AlertChannel> All =>
    [
        new("telegram", "Telegram", "ALERT_TELEGRAM_TOKEN and ALERT_TELEGRAM_CHAT",
            TelegramToken is not null && TelegramChat is not null ? $"{TelegramUrl.TrimEnd('/')}/bot{TelegramToken}/sendMessage" : null,
            alert => Json(new TelegramMessage(TelegramChat!, alert.Text), ChannelJson.Default.TelegramMessage)),
        new("slack", "Slack-compatible webhook", "ALERT_SLACK_URL", SlackUrl, alert => Json(new SlackMessage(Escape(alert.Text)), ChannelJson.Default.SlackMessage)),
        new("webhook", "Webhook", "ALERT_WEBHOOK_URL", WebhookUrl, alert => Json(alert, ChannelJson.Default.Alert)),
    ];

    /// <summary>The names of the channels that are set.</summary>
    public IReadOnlyList<string> Names => [.. All.Where(channel => channel.IsSet).Select(channel => channel.Name)];

    /// <summary>The settings of every channel, for a sentence.</summary>
    public string Settings => string.Join(", or ", All.Select(channel => channel.Settings));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
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

    private static byte[] Json<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);

    /// <summary>Slack treats three characters as markup.</summary>
    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}

internal sealed record TelegramMessage(string ChatId, string Text);

internal sealed record SlackMessage(string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TelegramMessage))]
[JsonSerializable(typeof(SlackMessage))]
[JsonSerializable(typeof(Alert))]
internal sealed partial class ChannelJson : JsonSerializerContext;
