using System.Net;
using System.Net.Sockets;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>The rate limits of the receiver's routes, shared by all endpoints that serve them.</summary>
internal sealed class RequestLimits(HttpOptions options, TimeProvider time)
{
    /// <summary>The maximum number of keys per limit; about 100 bytes per key.</summary>
    private const int Capacity = 20_000;

    private const int SessionsPerMinute = 10;
    private const int SessionsBurst = 30;
    private const int WrongTokensPerMinute = 600;
    private const int OpenPerMinute = 1200;

    /// <summary>Reports, by user.</summary>
    public KeyedRateLimiter Reports { get; } = new(options.ReportsPerMinute, options.ReportsPerMinute, Capacity, time);

    /// <summary>Token exchanges and key registrations: by token if it is known, by IP address if it is not, so that strangers use up only their own allowance.</summary>
    public KeyedRateLimiter Tokens { get; } = new(options.TokensPerMinute, options.TokensPerMinute, Capacity, time);

    /// <summary>Pages and API, by <see cref="CallerOf"/>.</summary>
    public KeyedRateLimiter Pages { get; } = new(options.PagesPerMinute, options.PagesPerMinute, Capacity, time);

    /// <summary>Wrong admin and viewer tokens, by IP address. A right token is never limited.</summary>
    public KeyedRateLimiter SignIns { get; } = new(1, options.SignInAttempts, Capacity, time);

    /// <summary>Sessions opened with a right token, by role and IP address.</summary>
    public KeyedRateLimiter Sessions { get; } = new(SessionsPerMinute, SessionsBurst, Capacity, time);

    /// <summary>Wrong access tokens, by IP address. A right token is never limited.</summary>
    public KeyedRateLimiter WrongTokens { get; } = new(WrongTokensPerMinute, WrongTokensPerMinute, Capacity, time);

    /// <summary>Public endpoints that cost a read of the database or of the counters (/health, /metrics), by IP address.</summary>
    public KeyedRateLimiter Open { get; } = new(OpenPerMinute, OpenPerMinute, Capacity, time);

    /// <summary>The key that a request is charged to: actor and IP address of a signed-in user, so that no stranger and no viewer at the same
    /// IP address uses up the admin's allowance; otherwise the IP address alone.</summary>
    public static string CallerOf(HttpContext context) =>
        Principal.Of(context) is { IsSignedIn: true, Actor: var actor } ? $"{actor.Kind} {actor.Id}@{AddressOf(context)}" : AddressOf(context);

    /// <summary>The key of a caller's IP address. An IPv6 caller counts by its /56, which is what a provider assigns to one customer; a machine in
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
