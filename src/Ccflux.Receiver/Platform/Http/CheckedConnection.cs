using System.Net;
using System.Net.Sockets;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Connects to an IP address that was checked: a name that is resolved twice may resolve differently the second time.</summary>
internal static class CheckedConnection
{
    /// <summary>A handler without proxy, redirects or cookies, any of which could lead elsewhere unchecked.</summary>
    public static SocketsHttpHandler NewHandler(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
        MaxResponseHeadersLength = 64,
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = allowPrivate ? found : Array.FindAll(found, OutboundAddress.IsPublic);
        if (allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The name resolves to private IP addresses only.</summary>
internal sealed class PrivateAddressException() : IOException("The name resolves to a private IP address.");
