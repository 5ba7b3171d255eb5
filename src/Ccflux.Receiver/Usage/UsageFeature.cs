using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Metrics;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Api;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Erasure;
using Ccflux.Receiver.Usage.Import;
using Ccflux.Receiver.Usage.Ingest;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Pages;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Storage.Writing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Usage;

/// <summary>Registers and maps usage: reports in, figures out.</summary>
internal static class UsageFeature
{
    public static IServiceCollection AddUsage(this IServiceCollection services)
    {
        services.AddSettings<UsageOptions>();
        services.AddMeters<UsageMetrics>();
        services.AddSingleton(new LiveTopic(LedgerWriter.Topic, Permission.UsageRead));
        services.AddSettings<CalendarOptions>();
        services.AddSingleton(provider => provider.GetRequiredService<CalendarOptions>().Load());
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<ITransactionParticipant>(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddSingleton<IPersonalData, UsageData>();
        services.AddSingleton<RefusalRecorder>();
        services.TryAddSingleton<IFinalLimits, NoFinalLimits>();
        services.AddSingleton<ReportPipeline>();
        services.AddTransient<LegacyImport>();
        services.AddTransient<UsageRemoval>();
        services.AddHostedService<CalendarJob>();
        services.AddHostedService<TierJob>();
        services.AddHostedService<RetentionJob>();
        services.AddSingleton<CopyWakeSignal>();
        services.AddSingleton<CopyDeclarations>();
        services.AddHostedService<CopyJob>();
        services.AddHostedService<SharedRequestJob>();
        services.AddUsageRead();
        services.AddUsagePages();
        return services;
    }

    public static void MapUsage(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Routes.Report, (HttpContext context, ReportPipeline pipeline) => pipeline.ReportAsync(context)).AllowOwnTokens().WithTags("Usage")
            .WithSummary("Reports requests. Bearer: an access token. Signed with the device's key.").TakesJson(UsageJson.Default.RequestBatch, ReportExample.Value);
        endpoints.MapUsageApi();
        endpoints.MapUsagePages();
    }
}
