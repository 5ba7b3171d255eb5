using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Registers the services of the read side.</summary>
internal static class UsageReadRegistration
{
    public static void AddUsageRead(this IServiceCollection services)
    {
        services.AddSettings<PriceOptions>();
        services.AddSingleton(provider => provider.GetRequiredService<PriceOptions>().Load());
        services.AddSingleton<DayReader>();
        services.AddSingleton<DayCache>();
        services.AddSingleton<PartDays>();
        services.AddSingleton<CostHistory>();
        services.TryAddSingleton<IUserQuotas, NoUserQuotas>();
        services.AddSingleton<UsagePageQuery>();
        services.AddSingleton<UserPageQuery>();
        services.AddSingleton<LongTables>();
    }
}
