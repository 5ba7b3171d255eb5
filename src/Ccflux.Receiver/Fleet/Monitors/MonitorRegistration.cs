using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Registers uptime monitoring.</summary>
internal static class MonitorRegistration
{
    public static void AddMonitors(this IServiceCollection services, bool isOn)
    {
        services.AddSettings<MonitorOptions>();
        if (!isOn)
        {
            return;
        }

        services.AddSingleton<HttpCheck>();
        services.AddSingleton<InternalChecks>();
        services.AddSingleton<KumaReader>();
        services.AddSingleton<MonitorResultWriter>();
        services.AddSingleton<MonitorWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<MonitorWatch>());
        services.AddSingleton<MonitorsQuery>();
    }
}
