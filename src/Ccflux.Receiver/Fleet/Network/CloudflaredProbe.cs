using System.Net;
using System.Text.Json;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>The number of connections from a cloudflared to Cloudflare.</summary>
internal sealed record CloudflaredStatus(int Connections);

/// <summary>Queries the machine's cloudflared at its metrics URL: <c>GET /ready</c> returns <c>{"status":200,"readyConnections":4,"connectorId":"…"}</c>, or 503 if none.</summary>
internal sealed class CloudflaredProbe(NetworkOptions options) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(3),
        MaxResponseContentBufferSize = 16 * 1024,
    };

    public async Task<ProbeResult<CloudflaredStatus>> ReadAsync(CancellationToken cancellationToken)
    {
        if (options.CloudflaredMetrics is not { } address)
        {
            return ProbeResult<CloudflaredStatus>.None("CLOUDFLARED_METRICS is not set");
        }

        try
        {
            using var answer = await _client.GetAsync(new Uri(address.TrimEnd('/') + "/ready"), cancellationToken);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable))
            {
                return ProbeResult<CloudflaredStatus>.None(string.Create(CultureInfo.InvariantCulture, $"cloudflared answered {(int)answer.StatusCode}"));
            }

            using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("readyConnections", out var ready) && ready.TryGetInt32(out var count)
                ? ProbeResult<CloudflaredStatus>.Of(new CloudflaredStatus(count))
                : ProbeResult<CloudflaredStatus>.None("cloudflared answers in an unknown format");
        }
        catch (Exception exception) when (ProbeResult.IsExpected(exception, cancellationToken))
        {
            return ProbeResult<CloudflaredStatus>.None($"cloudflared cannot be reached ({ProbeResult.Words(exception)})");
        }
    }

    public void Dispose() => _client.Dispose();
}
