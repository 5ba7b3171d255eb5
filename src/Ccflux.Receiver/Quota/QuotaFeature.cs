using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Quota.AlertPages;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Quota.Api;
using Ccflux.Receiver.Quota.Erasure;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Quota.Pages;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Quota.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Quota;

/// <summary>Registers and maps quota: accepts readings and serves how full each limit is.</summary>
internal static class QuotaFeature
{
    /// <summary>The topic that pages subscribe to.</summary>
    public const string Topic = "quota";

    public static IServiceCollection AddQuota(this IServiceCollection services)
    {
        services.AddSettings<QuotaOptions>();
        services.AddSingleton<QuotaMetrics>();
        services.AddSingleton(provider => new LiveTopic(Topic, provider.GetRequiredService<QuotaOptions>().Public ? null : Permission.QuotaRead));
        services.TryAddSingleton(QuotaIntervals.Default);
        services.AddSingleton<PollInterval>();
        services.AddSingleton<PolledAccountStore>();
        services.TryAddSingleton<PollJitter>(Random.Shared.NextDouble);
        services.TryAddSingleton(_ => new UpstreamHttp(UpstreamHttp.NewHandler()));
        services.AddSingleton<UsageRequest>();
        services.AddSingleton<IQuotaTargets, CredentialFiles>();
        services.AddSingleton<IPollSource, CookieSource>();
        services.AddSingleton<IPollSource, OAuthSource>();
        services.AddSingleton<PolledAccounts>();
        services.AddSingleton<AccountDiscovery>();
        services.AddSingleton<AccountPoller>();
        services.AddSingleton<Poller>();
        services.AddHostedService(provider => provider.GetRequiredService<Poller>());
        services.AddSettings<AlertOptions>();
        services.AddSettings<ChannelOptions>();
        services.AddSingleton<WebhookHttp>();
        services.AddSingleton<AlertSender>();
        services.AddSingleton<Notifications>();
        services.AddSingleton<AlertWatch>();
        services.AddSingleton<IReadingObserver>(provider => provider.GetRequiredService<AlertWatch>());
        services.AddSingleton<AlertRuleStore>();
        services.AddSingleton<AlertDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertDelivery>());
        services.AddHostedService<Retention>();
        services.AddSingleton<IPersonalData, QuotaData>();
        services.AddSingleton<ReadingIntake>();
        services.AddSingleton<ReadingsEndpoint>();
        services.TryAddSingleton<IAccountUsage, NoAccountUsage>();
        services.AddSingleton<PlanEstimates>();
        services.AddSingleton<QuotaQuery>();
        services.AddSingleton<HistoryQuery>();
        services.AddSingleton<QuotaReads>();
        services.AddSingleton<QuotaChanges>();
        services.AddSingleton<QuotaAlerts>();
        services.AddAlertPages();
        services.AddQuotaPages();
        return services;
    }

    public static void MapQuota(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Routes.QuotaReadings, (HttpContext context, ReadingsEndpoint readings) => readings.PostAsync(context)).AllowOwnTokens().WithTags("Quota")
            .WithSummary("Accepts the limits that a status line showed. Bearer: an access token. Signed with the device's key.").TakesJson(QuotaJson.Default.ReadingBatch, BodyExamples.Readings);
        endpoints.MapQuotaPages();
        endpoints.MapQuotaApi();
        endpoints.MapAlertPages();
    }
}
