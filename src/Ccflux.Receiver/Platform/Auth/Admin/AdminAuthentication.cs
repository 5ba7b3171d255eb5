using System.Security.Claims;
using System.Text.Encodings.Web;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Makes <see cref="AdminGate"/>'s answer known to ASP.NET Core: a principal with a role, and <see cref="AdminSession"/> as a feature.</summary>
internal sealed class AdminAuthentication(
    AdminGate gate,
    BrowserAnswers answers,
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggerFactory,
    UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggerFactory, encoder)
{
    public const string Name = "ccflux-admin";

    private TimeSpan? _retryAfter;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What clients send to the wire is no try at the admin's token: counted as one, they would lock out the admin who shares their address.
        var metadata = Context.GetEndpoint()?.Metadata;
        var mayBeAdmin = metadata?.GetMetadata<IAllowAnonymous>() is null || metadata.GetMetadata<AdminWelcome>() is not null;
        var caller = await gate.IdentifyAsync(Context, mayBeAdmin);
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
        if (!gate.IsOpen)
        {
            return answers.WriteAsync(Context, StatusCodes.Status503ServiceUnavailable, "", BrowserAnswers.NoAdminToken);
        }

        if (_retryAfter is { } wait)
        {
            return answers.WriteAsync(Context, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Too many wrong tokens from this address.", wait);
        }

        if (BrowserAnswers.WantsPage(Request) && HttpMethods.IsGet(Request.Method))
        {
            Response.Redirect($"{SignInEndpoint.Path}?next={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return Task.CompletedTask;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return answers.WriteAsync(Context, StatusCodes.Status401Unauthorized, ErrorCodes.TokenInvalid, "Sign in at /admin/login, or send Authorization: Bearer with the admin or viewer token.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        answers.WriteAsync(Context, StatusCodes.Status403Forbidden, "", "The viewer token only reads. Sign in with the admin token to change something.");
}
