using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Limits the open connections per IP address, so that one machine cannot use them all. Loopback and trusted proxies carry connections of everyone and are
/// not limited.</summary>
internal sealed class ConnectionLimiter(HttpOptions options)
{
    /// <summary>The maximum number of connections in total.</summary>
    public const int MaxConnections = 10_000;

    /// <summary>The maximum number of connections per IP address.</summary>
    public const int MaxOfOneAddress = 1000;

    private readonly System.Net.IPNetwork[] _proxies = [.. ProxyListAttribute.Parse(options.TrustedProxies ?? "").OfType<System.Net.IPNetwork>()];

    /// <summary>One entry per IP address with open connections: at most <see cref="MaxConnections"/>.</summary>
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>Serves the connection, or closes it at once if its IP address has too many.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => connection =>
        connection.RemoteEndPoint is IPEndPoint { Address: var address } && !IsShared(address) ? ServeAsync(connection, RequestLimits.KeyOf(address), next) : next(connection);

    /// <summary>Reserves a connection for the IP address; false if none is left.</summary>
    internal bool TryOpen(string key)
    {
        if (_open.AddOrUpdate(key, 1, (_, count) => count + 1) <= MaxOfOneAddress)
        {
            return true;
        }

        Close(key);
        return false;
    }

    internal void Close(string key)
    {
        if (_open.AddOrUpdate(key, 0, (_, count) => count - 1) == 0)
        {
            _open.TryRemove(new KeyValuePair<string, int>(key, 0));
        }
    }

    private async Task ServeAsync(ConnectionContext connection, string key, ConnectionDelegate next)
    {
        if (!TryOpen(key))
        {
            connection.Abort(new ConnectionAbortedException("This IP address has too many open connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Close(key);
        }
    }

    private bool IsShared(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || Array.Exists(_proxies, network => network.Contains(plain));
    }
}
