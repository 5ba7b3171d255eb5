using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Registers and maps sign-in. An endpoint that states no policy requires the reader; ingest, /health and the like use <c>AllowAnonymous</c>.</summary>
internal static class AdminRegistration
{
    public static void AddAdmin(this IServiceCollection services)
    {
        services.AddSettings<AdminOptions>();
        services.AddSingleton<AdminSessions>();
        services.AddSingleton<SignInAudit>();
        services.AddSingleton<AdminAuthenticator>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<SignInEndpoint>();
        services.AddHostedService<AdminHousekeeping>();
        services.AddInMemoryDataProtection();
        services.AddAuthentication(AdminAuthentication.Name).AddScheme<AuthenticationSchemeOptions, AdminAuthentication>(AdminAuthentication.Name, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(AdminPolicies.Reader, policy => policy.RequireRole(nameof(AdminRole.Viewer), nameof(AdminRole.Admin)))
            .AddPolicy(AdminPolicies.Admin, policy => policy.RequireRole(nameof(AdminRole.Admin)))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(nameof(AdminRole.Viewer), nameof(AdminRole.Admin)).Build());
    }

    public static void UseAdmin(this IApplicationBuilder app)
    {
        app.UseAuthentication();
        app.UseMiddleware<PageRateLimit>();
        app.UseAuthorization();
        app.UseMiddleware<AntiforgeryCheck>();
    }

    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(SignInEndpoint.Path, (HttpContext context, SignInEndpoint signIn) => signIn.ShowAsync(context)).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapPost(SignInEndpoint.Path, (HttpContext context, SignInEndpoint signIn) => signIn.SignInAsync(context)).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapPost(SignInEndpoint.LogoutPath, (HttpContext context, SignInEndpoint signIn) => signIn.SignOutAsync(context)).RequireAuthorization(AdminPolicies.Reader).ExcludeFromDescription();
    }
}
