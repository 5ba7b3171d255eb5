using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Auth;

/// <summary>Passes permissions to ASP.NET Core: one claim for each that the caller has, and one authorisation policy for each that exists.</summary>
internal static class PermissionPolicies
{
    private const string ClaimType = "permission";

    /// <summary>The endpoint admits callers with this permission.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder endpoints, Permission permission)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(permission.ToString());

    /// <summary>Adds a policy per permission. An endpoint that names none denies access to everyone who is not signed in.</summary>
    public static void AddPermissionPolicies(this IServiceCollection services)
    {
        var policies = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var permission in Permissions.All)
        {
            policies.AddPolicy(permission.ToString(), policy => policy.RequireClaim(ClaimType, permission.ToString()));
        }
    }

    public static IEnumerable<Claim> ClaimsOf(Principal principal) =>
        Permissions.All.Where(principal.Can).Select(permission => new Claim(ClaimType, permission.ToString()));
}
