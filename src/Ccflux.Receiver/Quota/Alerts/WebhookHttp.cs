using System.Net;
using System.Net.Sockets;
using Ccflux.Receiver.Platform;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>The way out for alerts. The address that is connected to is the one that was checked: a name that is looked up twice may answer
/// differently the second time. No proxy and no redirect, which would lead elsewhere unchecked.</summary>
internal sealed class WebhookHttp : IDisposable
{
    private readonly AlertOptions _options;

    public WebhookHttp(AlertOptions options)
    {
        _options = options;
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = 64,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = _options.AllowPrivate ? found : Array.FindAll(found, WebhookAddress.IsPublic);
        if (allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The name leads to private addresses only.</summary>
internal sealed class PrivateAddressException() : IOException("The name leads to a private address.");
