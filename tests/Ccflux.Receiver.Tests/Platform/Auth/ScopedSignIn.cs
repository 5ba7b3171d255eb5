using System.Security.Claims;
using System.Text.Encodings.Web;
using Ccflux.Receiver.Platform.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>A sign-in that no setting gives yet: a person with every permission who may read about some divisions, or about one user only. The request's
/// header says which: <c>everybody</c>, <c>division NAME</c> or <c>user ID</c>.</summary>
internal sealed class ScopedSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Header = "X-Test-Scope";

    private const string Name = "scoped";

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ScopedSignIn>(Name, null);
        services.PostConfigure<AuthenticationOptions>(authentication => authentication.DefaultScheme = Name);
    }

    public static Principal PrincipalOf(string text) => new(new Actor(ActorKind.Person, "17", "lead@example.org", "127.0.0.1"), Permissions.All, ScopeOf(text), "");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header].ToString() is not { Length: > 0 } text)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var principal = PrincipalOf(text);
        Context.Features.Set(principal);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(PermissionPolicies.ClaimsOf(principal), Name)), Name)));
    }

    private static DataScope ScopeOf(string text) => text.Split(' ') switch
    {
        ["everybody"] => DataScope.Everybody,
        ["division", var name] => DataScope.OfDivisions(name),
        ["user", var id] => DataScope.OfUser(long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException(text, nameof(text)),
    };
}
