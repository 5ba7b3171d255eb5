using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Which external URLs the receiver may call: https, and nothing inside its own network, unless the environment allows it.</summary>
internal static class OutboundAddress
{
    /// <summary>IPv4 networks that are not part of the public Internet.</summary>
    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];

    /// <summary>The only IPv6 network that is assigned to the public Internet.</summary>
    private static readonly IPNetwork s_global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] s_private6 = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32")];
    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_6to4 = IPNetwork.Parse("2002::/16");

    /// <summary>What is wrong with a configured URL, or null. Never quotes it, because a webhook's URL is its key.</summary>
    /// <param name="allowance">The setting that would allow it.</param>
    public static string? Fault(string address, bool allowPrivate, string allowance)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.UserInfo.Length > 0)
        {
            return "expected an https URL.";
        }

        if (string.Equals(uri.Scheme, "http", StringComparison.Ordinal) && !allowPrivate)
        {
            return $"https only ({allowance}=1 allows http for private IP addresses).";
        }

        var isPrivate = IPAddress.TryParse(uri.DnsSafeHost, out var literal) ? !IsPublic(literal) : uri.IsLoopback;
        return isPrivate && !allowPrivate ? $"a private or loopback IP address; {allowance}=1 allows it." : null;
    }

    /// <summary>True if an IP address is on the public Internet, in whatever notation.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Array.Exists(s_private, network => network.Contains(address));
        }

        // Two notations embed an IPv4 address in an IPv6 address.
        if (s_nat64.Contains(address))
        {
            return IsPublic(Embedded(address, 12));
        }

        return s_6to4.Contains(address)
            ? IsPublic(Embedded(address, 2))
            : s_global6.Contains(address) && !Array.Exists(s_private6, network => network.Contains(address));
    }

    private static IPAddress Embedded(IPAddress address, int offset)
    {
        var bytes = address.GetAddressBytes().AsSpan(offset, 4);
        return new IPAddress(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(bytes)));
    }
}
