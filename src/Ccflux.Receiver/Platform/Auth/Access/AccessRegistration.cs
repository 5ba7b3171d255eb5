using Ccflux.Receiver.Platform.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Platform.Auth.Access;

/// <summary>The door of Cloudflare Access; nothing stands in a request's way while it is off.</summary>
internal static class AccessRegistration
{
    public static void AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AccessOptions>(configuration);
        services.TryAddSingleton(_ => new AccessHttp(AccessHttp.NewHandler()));
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AccessTally>();
    }

    /// <summary>After routing, before signing in.</summary>
    public static void UseAccess(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<AccessOptions>().IsOn)
        {
            app.UseMiddleware<AccessGate>();
        }
    }
}
