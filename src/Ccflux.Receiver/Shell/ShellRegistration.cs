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

        // The root redirects to the first capability that the caller may see; if there is none, to the first, which asks for a sign-in.
        endpoints.MapGet("/", (HttpContext context, IEnumerable<Capability> capabilities) => Results.LocalRedirect(First(capabilities, Principal.Of(context)).Path))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static Capability First(IEnumerable<Capability> capabilities, Principal principal) =>
        capabilities.OrderBy(capability => !capability.IsPublic && !principal.Can(capability.Permission)).ThenBy(capability => capability.Order).First();
}
