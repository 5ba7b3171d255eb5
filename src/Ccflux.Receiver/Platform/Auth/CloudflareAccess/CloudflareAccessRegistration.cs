using Ccflux.Receiver.Platform.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>The door of Cloudflare Access; nothing stands in a request's way while it is off.</summary>
internal static class CloudflareAccessRegistration
{
    public static void AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<CloudflareAccessOptions>(configuration);
        services.TryAddSingleton(_ => new CloudflareAccessHttp(CloudflareAccessHttp.NewHandler()));
        services.AddSingleton<CloudflareAccessKeys>();
        services.AddSingleton<CloudflareAccessTokens>();
        services.AddSingleton<CloudflareAccessCounters>();
    }

    /// <summary>After routing, before signing in.</summary>
    public static void UseAccess(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<CloudflareAccessOptions>().IsOn)
        {
            app.UseMiddleware<CloudflareAccessGate>();
        }
    }
}
