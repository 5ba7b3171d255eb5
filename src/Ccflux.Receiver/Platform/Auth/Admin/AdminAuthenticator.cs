using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Decides who a request comes from: the session of its cookie, or the admin's or viewer's token as a bearer.</summary>
internal sealed class AdminAuthenticator(AdminOptions options, AdminSessions sessions, RequestLimits limits, BrowserCookies cookies, SignInAudit audit)
{
    public const string Cookie = "ccflux_admin";

    private const string BearerPrefix = "Bearer ";
    private const int MaxCookie = 100;

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

    /// <summary>Who is asking. A wrong bearer counts as a wrong try only where one is required: what a monitor sends to an address that is open to all
    /// is nobody's business.</summary>
    public async Task<AdminCaller> IdentifyAsync(HttpContext context)
    {
        if (!IsOpen)
        {
            return default;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return CookieOf(context) is { } cookie ? new AdminCaller(await sessions.FindAsync(cookie, context.RequestAborted), null) : default;
        }

        var token = header[BearerPrefix.Length..].Trim();
        return RoleOf(token) is { } role ? new AdminCaller(new AdminSession(role, ""), null)
            : IsOpenToAll(context) ? default
            : new AdminCaller(null, await CountWrongAsync(context));
    }

    /// <summary>The session's cookie on this request, or null.</summary>
    public string? CookieOf(HttpContext context) => cookies.Read(context.Request, Cookie, MaxCookie);

    /// <summary>Counts a wrong token against the caller's address. Says how long to wait where it has tried too many; a right token is never asked to:
    /// it is compared first, whatever others at the same address have sent.</summary>
    public async Task<TimeSpan?> CountWrongAsync(HttpContext context)
    {
        if (!limits.SignIns.TryTake(RequestLimits.AddressOf(context), out var wait))
        {
            return wait;
        }

        await audit.RefusedAsync(AuditActor.Of(context));
        return null;
    }

    private static bool IsOpenToAll(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static byte[]? HashOrNull(string? token) => token is null ? null : Hash(token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Who a request comes from: a session, or nobody; and how long an address with too many wrong tokens must wait.</summary>
internal readonly record struct AdminCaller(AdminSession? Session, TimeSpan? RetryAfter);
