using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Metrics;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Sign-in and sign-out: <c>/admin/login</c> accepts <c>token</c> and <c>next</c>, <c>/admin/logout</c> ends the session. Both use POST.</summary>
internal sealed partial class SignInEndpoint(AdminAuthenticator authenticator, AdminSessions sessions, RequestLimits limits, BrowserCookies cookies, IBrowserPages pages, BrowserAnswers answers, PlatformMetrics metrics, ILogger<SignInEndpoint> logger)
{
    public const string Path = "/admin/login";
    public const string LogoutPath = "/admin/logout";

    private const string Home = "/admin/";

    /// <summary>Shows the page, or redirects a user who is already signed in.</summary>
    public async Task<IResult> ShowAsync(HttpContext context)
    {
        if (!authenticator.IsOpen)
        {
            return Closed();
        }

        var next = LocalPath(context.Request.Query["next"]);
        return (await authenticator.IdentifyAsync(context)).Session is null ? pages.SignIn(new SignInView(next, null)) : new SeeOther(next);
    }

    public async Task<IResult> SignInAsync(HttpContext context)
    {
        if (!authenticator.IsOpen)
        {
            return Closed();
        }

        if (!SameOrigin.Allows(context.Request) || !context.Request.HasFormContentType)
        {
            return answers.Refuse(Refusals.NotTheSignInForm);
        }

        var form = await context.Request.ReadFormSafelyAsync();
        var next = LocalPath(form["next"]);
        if (authenticator.RoleOf(form["token"].ToString().Trim()) is not { } role)
        {
            return await RefuseAsync(context, next);
        }

        var actor = AuditActor.Of(context) with { Name = NameOf(role) };
        if (!limits.Sessions.TryTake($"{role}@{RequestLimits.AddressOf(context)}", out var pause))
        {
            metrics.SignedIn("limited");
            return Wait(context, next, pause, Refusals.TooManySessions(pause));
        }

        if (await sessions.OpenAsync(role, actor, authenticator.CookieOf(context)) is not { } cookie)
        {
            return answers.Refuse(Refusals.StorageBusy);
        }

        metrics.SignedIn("ok");
        cookies.Write(context, AdminAuthenticator.Cookie, cookie, AdminSessions.MaxLifetime);
        return new SeeOther(next);
    }

    public async Task<IResult> SignOutAsync(HttpContext context)
    {
        if (authenticator.CookieOf(context) is { } cookie)
        {
            await sessions.EndAsync(cookie, AuditActor.Of(context));
        }

        cookies.Remove(context, AdminAuthenticator.Cookie);
        if (cookies.IsSecure(context.Request))
        {
            // Clears the pages in the browser's cache, too. Browsers accept this over HTTPS only.
            context.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        }

        return new SeeOther(Path);
    }

    /// <summary>Where to go after signing in: a local path, never another site.</summary>
    internal static string LocalPath(string? next) =>
        next is ['/', ..] && next is not ['/', '/' or '\\', ..] && next.Length < 2000 && !next.Any(char.IsControl) && !next.Contains('\\', StringComparison.Ordinal) ? next : Home;

    private PageRefusal Closed() => answers.Refuse(Refusals.NoAdminToken);

    private async Task<IResult> RefuseAsync(HttpContext context, string next)
    {
        if (await authenticator.CountWrongAsync(context) is { } wait)
        {
            metrics.SignedIn("limited");
            Log.TooManyAttempts(logger, RequestLimits.AddressOf(context));
            return Wait(context, next, wait, Refusals.TooManySignIns(wait));
        }

        metrics.SignedIn("wrong_token");
        Log.WrongToken(logger, RequestLimits.AddressOf(context));
        Refusals.AdminTokenInvalid.WriteHead(context.Response);
        return pages.SignIn(new SignInView(next, Refusals.AdminTokenInvalid.Detail));
    }

    private IResult Wait(HttpContext context, string next, TimeSpan wait, Refusal refusal)
    {
        refusal.WriteHead(context.Response);
        return pages.SignIn(new SignInView(next, $"{refusal.Detail} Try again in {Math.Ceiling(wait.TotalSeconds):0} {(wait.TotalSeconds > 1 ? "seconds" : "second")}."));
    }

    private static string NameOf(AdminRole role) => role == AdminRole.Admin ? "admin" : "viewer";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Sign-in refused: a wrong token from {Address}.")]
        public static partial void WrongToken(ILogger logger, string address);

        [LoggerMessage(2, LogLevel.Warning, "Sign-in refused: too many wrong tokens from {Address}.")]
        public static partial void TooManyAttempts(ILogger logger, string address);
    }
}
