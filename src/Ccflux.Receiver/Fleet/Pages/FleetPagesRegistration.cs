using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>The door of the fleet page.</summary>
internal static class FleetPagesRegistration
{
    public static void AddFleetPages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(FleetPagesEndpoint.Capability, FleetLinks.Home, Order: 4));
        services.AddSingleton<FleetPageQuery>();
        services.AddSingleton<FleetPagesEndpoint>();
    }

    public static void MapFleetPages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<FleetPagesEndpoint>();
        var shown = endpoints.MapGroup(FleetLinks.Home).RequireAuthorization(AdminPolicies.Reader).ExcludeFromDescription();
        shown.MapGet("", (Delegate)pages.ShowAsync);
    }
}
