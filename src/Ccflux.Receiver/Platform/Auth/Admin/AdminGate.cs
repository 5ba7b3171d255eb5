using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Decides who a request comes from: the session of its cookie, or the admin's or viewer's token as a bearer.</summary>
internal sealed class AdminGate(AdminOptions options, AdminSessions sessions, RequestLimits limits)
{
    public const string Cookie = "ccflux_admin";

    private const string BearerPrefix = "Bearer ";

    private readonly byte[]? _admin = HashOrNull(options.AdminToken);
    private readonly byte[]? _viewer = HashOrNull(options.ViewerToken);

    /// <summary>False while no admin token is set: then nobody can sign in and nothing is shown.</summary>
    public bool IsOpen => _admin is not null;

    /// <summary>The role a token gives. Both tokens are compared whatever the first comparison says, in the same time.</summary>
    public AdminRole? RoleOf(string token)
    {
        var given = Hash(token);
        var isAdmin = _admin is not null && CryptographicOperations.FixedTimeEquals(given, _admin);
        var isViewer = _viewer is not null && CryptographicOperations.FixedTimeEquals(given, _viewer);
        return isAdmin ? AdminRole.Admin : isViewer ? AdminRole.Viewer : null;
    }

    /// <summary>Who is asking. An address that has tried too many wrong tokens must wait; then even the right one is not looked at.</summary>
    /// <param name="context">The request.</param>
    /// <param name="byBearer">False where a bearer token is the endpoint's own business.</param>
    public async Task<Caller> IdentifyAsync(HttpContext context, bool byBearer = true)
    {
        if (!IsOpen)
        {
            return default;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (byBearer && header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return TrySignIn(context, header[BearerPrefix.Length..].Trim(), out var retryAfter) is { } role
                ? new Caller(new AdminSession(role, ""), null)
                : new Caller(null, retryAfter);
        }

        return context.Request.Cookies[Cookie] is { Length: > 0 and < 100 } cookie
            ? new Caller(await sessions.FindAsync(cookie, context.RequestAborted), null)
            : default;
    }

    /// <summary>The role of a token, counting wrong ones against the caller's address.</summary>
    public AdminRole? TrySignIn(HttpContext context, string token, out TimeSpan? retryAfter)
    {
        retryAfter = null;
        var address = RequestLimits.AddressOf(context);
        if (!limits.SignIns.TryTake(address, out var wait))
        {
            retryAfter = wait;
            return null;
        }

        var role = RoleOf(token);
        if (role is not null)
        {
            limits.SignIns.GiveBack(address);
        }

        return role;
    }

    private static byte[]? HashOrNull(string? token) => token is null ? null : Hash(token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Marks an endpoint that is open to all and shows the admin more: there a bearer token may be the admin's.</summary>
internal sealed class AdminWelcome;

/// <summary>Who a request comes from: a session, or nobody; and how long an address with too many wrong tokens must wait.</summary>
internal readonly record struct Caller(AdminSession? Session, TimeSpan? RetryAfter);
