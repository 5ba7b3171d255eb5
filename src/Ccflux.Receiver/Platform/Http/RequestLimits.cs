using System.Net;
using System.Net.Sockets;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>The rates of the receiver's routes, shared by whoever serves them.</summary>
internal sealed class RequestLimits(HttpOptions options, TimeProvider time)
{
    /// <summary>Keys each limit holds at most; about 100 bytes a key.</summary>
    private const int Capacity = 20_000;

    /// <summary>Reports, by user.</summary>
    public KeyedLimit Reports { get; } = new(options.ReportsPerMinute, options.ReportsPerMinute, Capacity, time);

    /// <summary>Token exchanges and key registrations, by address: they come before anyone is known.</summary>
    public KeyedLimit Tokens { get; } = new(options.TokensPerMinute, options.TokensPerMinute, Capacity, time);

    /// <summary>Pages and API, by address.</summary>
    public KeyedLimit Pages { get; } = new(options.PagesPerMinute, options.PagesPerMinute, Capacity, time);

    /// <summary>Wrong admin and viewer tokens, by address.</summary>
    public KeyedLimit SignIns { get; } = new(1, options.SignInAttempts, Capacity, time);

    /// <summary>The key of a caller's address: an IPv6 caller is its /64, which is what one machine is given.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
