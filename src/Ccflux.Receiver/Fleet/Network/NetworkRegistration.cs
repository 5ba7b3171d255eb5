using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>Registers the probes of the network around the receiver.</summary>
internal static class NetworkRegistration
{
    public static void AddNetwork(this IServiceCollection services, bool isOn)
    {
        services.AddSettings<NetworkOptions>();
        if (!isOn)
        {
            return;
        }

        services.AddSingleton<TailscaleProbe>();
        services.AddSingleton<CloudflaredProbe>();
        services.AddSingleton<NetworkWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<NetworkWatch>());
        services.AddSingleton<NetworkFacts>();
    }
}
