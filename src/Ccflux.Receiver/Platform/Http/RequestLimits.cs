using System.Net;
using System.Net.Sockets;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>The rates of the receiver's routes, shared by whoever serves them.</summary>
internal sealed class RequestLimits(HttpOptions options, TimeProvider time)
{
    /// <summary>Keys each limit holds at most; about 100 bytes a key.</summary>
    private const int Capacity = 20_000;

    private const int SessionsPerMinute = 10;
    private const int SessionsBurst = 30;
    private const int WrongTokensPerMinute = 600;
    private const int OpenPerMinute = 1200;

    /// <summary>Reports, by user.</summary>
    public KeyedRateLimiter Reports { get; } = new(options.ReportsPerMinute, options.ReportsPerMinute, Capacity, time);

    /// <summary>Token exchanges and key registrations: by token where it is known, by address where it is not, so that strangers use up their own.</summary>
    public KeyedRateLimiter Tokens { get; } = new(options.TokensPerMinute, options.TokensPerMinute, Capacity, time);

    /// <summary>Pages and API, by <see cref="CallerOf"/>.</summary>
    public KeyedRateLimiter Pages { get; } = new(options.PagesPerMinute, options.PagesPerMinute, Capacity, time);

    /// <summary>Wrong admin and viewer tokens, by address. A right token never meets it.</summary>
    public KeyedRateLimiter SignIns { get; } = new(1, options.SignInAttempts, Capacity, time);

    /// <summary>Sessions opened with a right token, by role and address.</summary>
    public KeyedRateLimiter Sessions { get; } = new(SessionsPerMinute, SessionsBurst, Capacity, time);

    /// <summary>Wrong access tokens, by address. A right token never meets it.</summary>
    public KeyedRateLimiter WrongTokens { get; } = new(WrongTokensPerMinute, WrongTokensPerMinute, Capacity, time);

    /// <summary>What is open to all and costs a read of the database or of the counters (/health, /metrics), by address.</summary>
    public KeyedRateLimiter Open { get; } = new(OpenPerMinute, OpenPerMinute, Capacity, time);

    /// <summary>Who a request is charged to: a role at an address where somebody is signed in, so that no stranger and no viewer at the same
    /// address uses up the admin's allowance; the address alone otherwise.</summary>
    public static string CallerOf(HttpContext context) => AdminSession.Of(context) is { } session ? $"{session.Role}@{AddressOf(context)}" : AddressOf(context);

    /// <summary>The key of a caller's address: an IPv6 caller is its /56, which is what one customer of a provider is given; a machine of
    /// that network may choose among its 256 subnets.</summary>
    public static string AddressOf(HttpContext context) => KeyOf(context.Connection.RemoteIpAddress ?? IPAddress.None);

    public static string KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 7))
            : address.ToString();
    }
}
