using System.Net.Http.Headers;
using System.Text.Json;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Sends an alert on one channel. Errors are described in words and never contain the URL, which may be a secret.</summary>
internal sealed class AlertSender(AlertOptions options, WebhookHttp http, TimeProvider time)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    /// <returns>Null if it was accepted; otherwise the reason why not.</returns>
    public async Task<string?> SendAsync(string channel, Alert alert, CancellationToken cancellationToken)
    {
        if (Address(channel) is not { } address)
        {
            return "the channel is no longer configured";
        }

        using var limit = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Body(channel, alert) };
            using var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return "did not answer in time";
        }
        catch (HttpRequestException exception)
        {
            return exception.InnerException is PrivateAddressException
                ? "its host name resolves to a private IP address (ALLOW_PRIVATE_WEBHOOKS=1 allows it)"
                : exception.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => "its host name cannot be resolved",
                    HttpRequestError.SecureConnectionError => "its certificate is not trusted",
                    _ => "cannot be reached",
                };
        }
        catch (IOException)
        {
            return "the connection was lost";
        }
    }

    private Uri? Address(string channel) => channel switch
    {
        AlertChannel.Telegram when options.TelegramToken is { } token => new Uri($"{options.TelegramUrl.TrimEnd('/')}/bot{token}/sendMessage"),
        AlertChannel.Slack when options.SlackUrl is { } url => new Uri(url),
        AlertChannel.Webhook when options.WebhookUrl is { } url => new Uri(url),
        _ => null,
    };

    private ByteArrayContent Body(string channel, Alert alert)
    {
        var bytes = channel switch
        {
            AlertChannel.Telegram => JsonSerializer.SerializeToUtf8Bytes(new TelegramMessage(options.TelegramChat!, alert.Text), AlertJson.Default.TelegramMessage),
            AlertChannel.Slack => JsonSerializer.SerializeToUtf8Bytes(new SlackMessage(Escape(alert.Text)), AlertJson.Default.SlackMessage),
            _ => JsonSerializer.SerializeToUtf8Bytes(alert, AlertJson.Default.Alert),
        };
        return new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

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
internal sealed partial class AlertJson : JsonSerializerContext;
