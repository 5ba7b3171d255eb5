using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Decides who sent a request: the session of its cookie, or the owner of the admin's or viewer's token as a bearer token.</summary>
internal sealed class AdminAuthenticator(AdminOptions options, AdminSessions sessions, RequestLimits limits, BrowserCookies cookies, SignInAudit audit)
{
    public const string Cookie = "ccflux_admin";

    private const string BearerPrefix = "Bearer ";
    private const int MaxCookie = 100;

    private readonly byte[]? _admin = HashOrNull(options.AdminToken);
    private readonly byte[]? _viewer = HashOrNull(options.ViewerToken);

    /// <summary>False if no admin token is set: then nobody can sign in and nothing is shown.</summary>
    public bool IsOpen => _admin is not null;

    /// <summary>The role of a token. Both tokens are always compared, so that the comparison takes the same time.</summary>
    public AdminRole? RoleOf(string token)
    {
        var given = Hash(token);
        var isAdmin = _admin is not null && CryptographicOperations.FixedTimeEquals(given, _admin);
        var isViewer = _viewer is not null && CryptographicOperations.FixedTimeEquals(given, _viewer);
        return isAdmin ? AdminRole.Admin : isViewer ? AdminRole.Viewer : null;
    }

    /// <summary>Identifies the caller. A wrong bearer token counts as a failed attempt only if a token is required: what a monitor sends to a public URL
    /// does not matter.</summary>
    public async Task<AdminCaller> IdentifyAsync(HttpContext context)
    {
        if (!IsOpen)
        {
            return default;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return CookieOf(context) is { } cookie && await sessions.FindAsync(cookie, context.RequestAborted) is { } session
                ? new AdminCaller(session.Role.ToPrincipal(Principal.AddressOf(context), session.Antiforgery), null)
                : default;
        }

        var token = header[BearerPrefix.Length..].Trim();
        return RoleOf(token) is { } role ? new AdminCaller(role.ToPrincipal(Principal.AddressOf(context), ""), null)
            : IsOpenToAll(context) ? default
            : new AdminCaller(null, await CountWrongAsync(context));
    }

    /// <summary>The session cookie of this request, or null.</summary>
    public string? CookieOf(HttpContext context) => cookies.Read(context.Request, Cookie, MaxCookie);

    /// <summary>Counts a wrong token against the caller's IP address. Returns how long to wait if there were too many. A right token never has to wait:
    /// it is compared first, whatever others at the same IP address have sent.</summary>
    public async Task<TimeSpan?> CountWrongAsync(HttpContext context)
    {
        if (!limits.SignIns.TryTake(RequestLimits.AddressOf(context), out var wait))
        {
            return wait;
        }

        await audit.RefusedAsync(Actor.Of(context));
        return null;
    }

    private static bool IsOpenToAll(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static byte[]? HashOrNull(string? token) => token is null ? null : Hash(token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Who sent a request, or nobody; and how long an IP address with too many wrong tokens must wait.</summary>
internal readonly record struct AdminCaller(Principal? Principal, TimeSpan? RetryAfter);
