using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Pages.Parts;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>Registers and maps the usage pages.</summary>
internal static class UsagePagesRegistration
{
    public static void AddUsagePages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(UsagePagesEndpoint.Capability, UsageLinks.Home, Order: 1, UsageLinks.User));
        services.AddSingleton<UsageExport>();
        services.AddSingleton<UsagePagesEndpoint>();
    }

    public static void MapUsagePages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<UsagePagesEndpoint>();
        var shown = endpoints.MapGroup("/admin").RequireAuthorization(AdminPolicies.Reader).ExcludeFromDescription();
        shown.MapGet("/", (Delegate)pages.UsageAsync);
        shown.MapGet("/users/{email}", pages.UserAsync);
    }
}
