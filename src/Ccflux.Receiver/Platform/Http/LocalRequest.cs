using System.Net;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Whether a request was made on this machine, and not just forwarded by a proxy that runs on it.</summary>
internal static class LocalRequest
{
    /// <summary>The headers that reverse proxies and tunnels, trusted or not, add to a request.</summary>
    private static readonly string[] s_marks =
    [
        "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-For", "X-Original-Proto", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP",
    ];

    /// <summary>True if the connection is from loopback, no header indicates a proxy, and the request is for this machine by a
    /// loopback name: a proxy that passes the public name on is detected by that alone.</summary>
    public static bool Asks(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !Array.Exists(s_marks, context.Request.Headers.ContainsKey)
        && HostNames.IsLoopback(context.Request.Host.Host);
}
