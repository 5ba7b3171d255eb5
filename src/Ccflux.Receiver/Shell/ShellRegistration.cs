using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell.Assets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Shell;

/// <summary>The door of what all pages share.</summary>
internal static class ShellRegistration
{
    public static void AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<WebAssets>();
        services.AddSingleton<PageFrames>();
        services.Replace(ServiceDescriptor.Singleton<IBrowserPages, BrowserPages>());
    }

    public static void MapShell(this IEndpointRouteBuilder endpoints) => endpoints.MapWebAssets();
}
