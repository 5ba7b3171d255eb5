using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Microsoft.AspNetCore.Authentication;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Registers and maps sign-in. An endpoint that names no permission requires a sign-in; ingest, /health and the like use <c>AllowAnonymous</c>.</summary>
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
        services.AddPermissionPolicies();
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
        endpoints.MapPost(SignInEndpoint.LogoutPath, (HttpContext context, SignInEndpoint signIn) => signIn.SignOutAsync(context)).RequireAuthorization().ExcludeFromDescription();
    }
}
