using System.Net;

namespace Ccflux.Hook.Delivery;

/// <summary>The receiver's address. HTTPS, but for literal loopback addresses and where <c>CCFLUX_ALLOW_HTTP=1</c> says so.</summary>
internal static class Endpoint
{
    /// <param name="text">A base address; it may end in <c>/report</c>, as ccflux 0.1 wrote it.</param>
    /// <param name="allowHttp">Plain HTTP to other machines was allowed.</param>
    /// <param name="why">A sentence for the user, where the address is refused.</param>
    /// <returns>The base address, ending in a slash; null where it is refused.</returns>
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
            why = "The endpoint is no web address. It should look like https://ccflux.example.org.";
            return null;
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            why = "The endpoint should be a plain address, without a user name, a query or a fragment.";
            return null;
        }

        if (uri.Scheme is "http" && !allowHttp && !IsLoopback(uri))
        {
            why = "The endpoint is not encrypted. Use https, or set CCFLUX_ALLOW_HTTP=1 to send over plain HTTP all the same.";
            return null;
        }

        return uri;
    }

    /// <summary>By its digits, not by its name: what <c>localhost</c> means is the resolver's choice.</summary>
    private static bool IsLoopback(Uri uri) =>
        uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
        && IPAddress.TryParse(uri.DnsSafeHost, out var address)
        && IPAddress.IsLoopback(address);
}
