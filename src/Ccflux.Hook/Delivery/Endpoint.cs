using System.Net;

namespace Ccflux.Hook.Delivery;

/// <summary>Validates the receiver's URL: HTTPS, except for literal loopback addresses and with <c>CCFLUX_ALLOW_HTTP=1</c>.</summary>
internal static class Endpoint
{
    /// <param name="text">A base URL; it may end in <c>/report</c>, as ccflux 0.1 wrote it.</param>
    /// <param name="allowHttp">Whether plain HTTP to other machines is allowed.</param>
    /// <param name="why">A sentence for the user if the URL is refused.</param>
    /// <returns>The base URL, ending in a slash; null if it is refused.</returns>
    public static Uri? Parse(string text, bool allowHttp, out string why)
    {
        why = "";
        var address = text.Trim().TrimEnd('/');
        if (address.EndsWith("/report", StringComparison.Ordinal))
        {
            address = address[..^"/report".Length];
        }

        if (!Uri.TryCreate(address + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            why = "The endpoint is not a web URL. It should look like https://ccflux.example.org.";
            return null;
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            why = "The endpoint must be a plain URL, without a user name, a query or a fragment.";
            return null;
        }

        if (uri.Scheme is "http" && !allowHttp && !IsLoopback(uri))
        {
            why = "The endpoint is not encrypted. Use https, or set CCFLUX_ALLOW_HTTP=1 to send over plain HTTP anyway.";
            return null;
        }

        return uri;
    }

    /// <summary>Checks digits, not names: what <c>localhost</c> means is up to the resolver.</summary>
    private static bool IsLoopback(Uri uri) =>
        uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
        && IPAddress.TryParse(uri.DnsSafeHost, out var address)
        && IPAddress.IsLoopback(address);
}
