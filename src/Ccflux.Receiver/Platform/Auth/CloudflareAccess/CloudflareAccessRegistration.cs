using Ccflux.Receiver.Platform.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>Registers Cloudflare Access; requests are not affected while it is off.</summary>
internal static class CloudflareAccessRegistration
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSettings<CloudflareAccessOptions>();
        services.TryAddSingleton(_ => new CloudflareAccessHttp(CloudflareAccessHttp.NewHandler()));
        services.AddSingleton<CloudflareAccessKeys>();
        services.AddSingleton<CloudflareAccessTokens>();
        services.AddSingleton<CloudflareAccessCounters>();
    }

    /// <summary>Must come after routing and before authentication.</summary>
    public static void UseAccess(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<CloudflareAccessOptions>().IsOn)
        {
            app.UseMiddleware<CloudflareAccessGate>();
        }
    }
}
