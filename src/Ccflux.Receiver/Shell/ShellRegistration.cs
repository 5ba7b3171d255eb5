using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell.Assets;

namespace Ccflux.Receiver.Shell;

/// <summary>The door of what all pages share.</summary>
internal static class ShellRegistration
{
    public static void AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<WebAssets>();
        services.AddSingleton<PageFrames>();
        services.AddSingleton<IBrowserPages, BrowserPages>();
    }

    public static void MapShell(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapWebAssets();

        // The first capability that is on is where the address without a path leads.
        endpoints.MapGet("/", (IEnumerable<Capability> capabilities) => Results.LocalRedirect(capabilities.MinBy(capability => capability.Order)!.Path))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }
}
