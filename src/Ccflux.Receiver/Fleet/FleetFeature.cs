using Ccflux.Receiver.Fleet.Api;
using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Fleet.Pages;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Fleet;

/// <summary>The door of fleet: several accounts, the right one active, every session seen.</summary>
internal static class FleetFeature
{
    /// <summary>What pages watch.</summary>
    public const string Topic = "fleet";

    public static IServiceCollection AddFleet(this IServiceCollection services, IConfiguration configuration)
    {
        var options = services.AddSettings<FleetOptions>(configuration);
        services.AddNetwork(configuration, options.IsOn);
        services.AddMonitors(configuration, options.IsOn);
        if (options.IsOn)
        {
            services.AddFleetPages();
        }

        return services;
    }

    public static void MapFleet(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints.ServiceProvider.GetRequiredService<FleetOptions>().IsOn)
        {
            endpoints.MapFleetPages();
            endpoints.MapFleetApi();
        }
    }
}
