using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Downloads;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell.Assets;
using Ccflux.Receiver.Shell.Docs;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Shell;

/// <summary>Registers and maps what all pages share.</summary>
internal static class ShellRegistration
{
    public static void AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<WebAssets>();
        services.AddSingleton<PageFrames>();
        services.AddSingleton<DocPages>();
        services.AddSingleton<IBrowserPages, BrowserPages>();
    }

    public static void MapShell(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapWebAssets();
        endpoints.MapDocPages();
        endpoints.MapGet(DownloadsRegistration.Path, (HttpContext context, PageFrames frames, ClientPrograms programs) => Page.Of<DownloadPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(DownloadPage.Frame)] = frames.For(context, "Download ccflux", ""),
            [nameof(DownloadPage.Programs)] = programs.Present(),
        })).AllowAnonymous().ExcludeFromDescription();

        // The root redirects to the first capability that is on, or for users who are not signed in to the first public one, if any.
        endpoints.MapGet("/", (HttpContext context, IEnumerable<Capability> capabilities) => Results.LocalRedirect(First(capabilities, AdminSession.Of(context) is null).Path))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static Capability First(IEnumerable<Capability> capabilities, bool isStranger) =>
        capabilities.OrderBy(capability => isStranger && !capability.IsPublic).ThenBy(capability => capability.Order).First();
}
