using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Metrics;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Signing in and out: <c>/admin/login</c> takes <c>token</c> and <c>next</c>, <c>/admin/logout</c> ends the session. Both by POST.</summary>
internal sealed partial class SignInEndpoint(AdminGate gate, AdminSessions sessions, AdminOptions options, IBrowserPages pages, BrowserAnswers answers, PlatformMetrics metrics, ILogger<SignInEndpoint> logger)
{
    public const string Path = "/admin/login";
    public const string LogoutPath = "/admin/logout";

    private const string Home = "/admin/";

    /// <summary>The page, or straight on for someone who is signed in.</summary>
    public async Task<IResult> ShowAsync(HttpContext context)
    {
        if (!gate.IsOpen)
        {
            return Closed();
        }

        var next = LocalPath(context.Request.Query["next"]);
        return (await gate.IdentifyAsync(context)).Session is null ? pages.SignIn(new SignInView(next, null)) : Results.LocalRedirect(next);
    }

    public async Task<IResult> SignInAsync(HttpContext context)
    {
        if (!gate.IsOpen)
        {
            return Closed();
        }

        if (!SameOrigin.Allows(context.Request) || !context.Request.HasFormContentType)
        {
            return new Refusal(answers, StatusCodes.Status400BadRequest, "", "Expected the form of /admin/login.");
        }

        var form = await context.Request.ReadFormSafelyAsync();
        var next = LocalPath(form["next"]);
        var role = gate.TrySignIn(context, form["token"].ToString().Trim(), out var retryAfter);
        if (retryAfter is { } wait)
        {
            metrics.SignedIn("limited");
            Log.TooManyAttempts(logger, RequestLimits.AddressOf(context));
            Problem.WriteHead(context.Response, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, wait);
            return pages.SignIn(new SignInView(next, $"Too many wrong tokens from your address. Try again in {Math.Ceiling(wait.TotalSeconds):0} seconds."));
        }

        if (role is not { } known)
        {
            metrics.SignedIn("wrong_token");
            Log.WrongToken(logger, RequestLimits.AddressOf(context));
            Problem.WriteHead(context.Response, StatusCodes.Status401Unauthorized, ErrorCodes.TokenInvalid, null);
            return pages.SignIn(new SignInView(next, "That token is not the right one."));
        }

        var actor = AuditActor.Of(context) with { Name = known == AdminRole.Admin ? "admin" : "viewer" };
        if (await sessions.OpenAsync(known, actor) is not { } cookie)
        {
            return new Refusal(answers, StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, "The database cannot be written to now.", TimeSpan.FromSeconds(10));
        }

        metrics.SignedIn("ok");
        context.Response.Cookies.Append(AdminGate.Cookie, cookie, CookieOptions());
        return new SeeOther(next);
    }

    public async Task<IResult> SignOutAsync(HttpContext context)
    {
        if (context.Request.Cookies[AdminGate.Cookie] is { Length: > 0 } cookie)
        {
            await sessions.EndAsync(cookie);
        }

        context.Response.Cookies.Delete(AdminGate.Cookie, CookieOptions());
        return new SeeOther(Path);
    }

    /// <summary>Where to go after signing in: a path of ours, never another site.</summary>
    internal static string LocalPath(string? next) =>
        next is ['/', ..] && next is not ['/', '/' or '\\', ..] && next.Length < 2000 && !next.Any(char.IsControl) && !next.Contains('\\', StringComparison.Ordinal) ? next : Home;

    private Refusal Closed() => new(answers, StatusCodes.Status503ServiceUnavailable, "", BrowserAnswers.NoAdminToken);

    private CookieOptions CookieOptions() => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = options.CookieSecure,
        Path = "/",
        MaxAge = AdminSessions.CookieLifetime,
        IsEssential = true,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Sign-in refused: a wrong token from {Address}.")]
        public static partial void WrongToken(ILogger logger, string address);

        [LoggerMessage(2, LogLevel.Warning, "Sign-in refused: too many wrong tokens from {Address}.")]
        public static partial void TooManyAttempts(ILogger logger, string address);
    }
}
