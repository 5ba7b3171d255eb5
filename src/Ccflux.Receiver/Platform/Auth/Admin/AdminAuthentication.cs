using System.Security.Claims;
using System.Text.Encodings.Web;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Passes the result of <see cref="AdminAuthenticator"/> to ASP.NET Core: a principal with a role, and <see cref="AdminSession"/> as a feature.</summary>
internal sealed class AdminAuthentication(
    AdminAuthenticator authenticator,
    BrowserAnswers answers,
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggerFactory,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggerFactory, encoder)
{
    public const string Name = "ccflux-admin";

    private TimeSpan? _retryAfter;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SelfAuthenticated.AreTakenBy(Context.GetEndpoint()))
        {
            return AuthenticateResult.NoResult();
        }

        var caller = await authenticator.IdentifyAsync(Context);
        _retryAfter = caller.RetryAfter;
        if (caller.Session is not { } session)
        {
            return AuthenticateResult.NoResult();
        }

        Context.Features.Set(session);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, session.Role.ToString())], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!authenticator.IsOpen)
        {
            return answers.WriteAsync(Context, Refusals.NoAdminToken);
        }

        if (_retryAfter is { } wait)
        {
            return answers.WriteAsync(Context, Refusals.TooManyAdminTokens(wait));
        }

        if (BrowserAnswers.WantsPage(Request) && HttpMethods.IsGet(Request.Method))
        {
            Response.Redirect($"{SignInEndpoint.Path}?next={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return Task.CompletedTask;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return answers.WriteAsync(Context, Refusals.NotSignedIn);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        answers.WriteAsync(Context, Refusals.ViewerMayOnlyRead);
}
