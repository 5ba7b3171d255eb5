using System.Net.Sockets;
using System.Text.Json;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>Queries the machine's tailscaled over its socket, as its own CLI does. Read only.</summary>
internal sealed class TailscaleProbe(NetworkOptions options) : IDisposable
{
    private const int MaxAnswer = 4 * 1024 * 1024;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.TailscaleSocket), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        // The name that tailscaled requires from its callers.
        BaseAddress = new Uri("http://local-tailscaled.sock/"),
        Timeout = TimeSpan.FromSeconds(3),
        MaxResponseContentBufferSize = MaxAnswer,
    };

    public async Task<ProbeResult<TailscaleStatus>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(options.TailscaleSocket))
        {
            return ProbeResult<TailscaleStatus>.None("the receiver can see no tailscaled on this machine");
        }

        try
        {
            var status = await _client.GetByteArrayAsync(new Uri("localapi/v0/status?peers=false", UriKind.Relative), cancellationToken);
            var serve = await _client.GetByteArrayAsync(new Uri("localapi/v0/serve-config", UriKind.Relative), cancellationToken);
            return ProbeResult<TailscaleStatus>.Of(TailscaleStatus.Parse(status, serve));
        }
        catch (Exception exception) when (ProbeResult.IsExpected(exception, cancellationToken))
        {
            return ProbeResult<TailscaleStatus>.None(exception is JsonException ? "tailscaled answers in an unknown format" : $"tailscaled cannot be reached ({ProbeResult.Words(exception)})");
        }
    }

    public void Dispose() => _client.Dispose();
}
