using System.Net.Http.Headers;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Sends an alert on one channel. Errors are described in words and never contain the URL, which may be a secret.</summary>
internal sealed class AlertSender(ChannelOptions channels, WebhookHttp http, TimeProvider time)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    /// <returns>Null if it was accepted; otherwise the reason why not.</returns>
    public async Task<string?> SendAsync(string name, Alert alert, CancellationToken cancellationToken)
    {
        if (channels.All.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal)) is not { Url: { } url } channel)
        {
            return "the channel is no longer configured";
        }

        using var limit = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url)) { Content = Body(channel, alert) };
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

    private static ByteArrayContent Body(AlertChannel channel, Alert alert) =>
        new(channel.Body(alert)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
