using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Usage.Pages;

namespace Ccflux.Receiver.Composition;

/// <summary>Where slices that do not know each other meet: what one asks for by its own port, answered from the other. To be added before the slices.</summary>
internal static class CompositionRegistration
{
    public static void AddComposition(this IServiceCollection services)
    {
        services.AddSingleton<IHookTotals, UsageHookTotals>();
        services.AddSingleton<ISeatPlans, TierSeatPlans>();
        services.AddSingleton<ICompanionToken, TelemetryCompanion>();
    }
}
