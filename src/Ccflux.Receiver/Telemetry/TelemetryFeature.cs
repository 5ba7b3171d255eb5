using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Telemetry.Api;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Erasure;
using Ccflux.Receiver.Telemetry.Pages;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Receive;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Writing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Telemetry;

/// <summary>Registers and maps telemetry: accepts OTLP and serves figures.</summary>
internal static class TelemetryFeature
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSettings<TelemetryOptions>();
        services.AddSingleton<LabelNames>();
        services.AddSingleton<TelemetryMetrics>();
        services.AddSingleton<TelemetryTokens>();
        services.AddSingleton<MemoryBudget>();
        services.TryAddSingleton<IUsageSink, NoUsageSink>();
        services.AddSingleton<TelemetryWriter>();
        services.AddSingleton<ITransactionParticipant>(provider => provider.GetRequiredService<TelemetryWriter>());
        services.AddSingleton<IPersonalData, TelemetryData>();
        services.AddSingleton<IAccessCache>(provider => provider.GetRequiredService<TelemetryTokens>());
        services.AddSingleton<OtlpAdmission>();
        services.AddSingleton<OtlpIntake>();
        services.AddSingleton<OtlpHttpEndpoint>();
        services.AddSingleton<OtlpGrpcEndpoint>();
        services.AddSingleton(new LiveTopic(TelemetryWriter.Topic, Permission.UsageRead));
        services.AddHostedService<TelemetryHousekeeping>();
        services.AddSingleton(new Revocations(
            "telemetry tokens", "telemetry_tokens", TelemetryTokensSql.SelectRevokedSince, TelemetryTokensSql.RevokeSince, TelemetryTokensSql.SelectUnknown));
        services.AddSingleton<SubjectWakeSignal>();
        services.AddSingleton<InstallationMapping>();
        services.AddSingleton<PlanStore>();
        services.TryAddSingleton<ISeatPlans, NoSeatPlans>();
        services.TryAddSingleton<IFiveHourQuotas, NoFiveHourQuotas>();
        services.TryAddSingleton<IHookTotals, NoHookTotals>();
        services.TryAddSingleton<IRequestSources, NoRequestSources>();
        services.AddSingleton<CellCache>();
        services.AddSingleton<TelemetryPageQuery>();
        services.AddSingleton<CallFile>();
        services.AddSingleton<TelemetryAdminQuery>();
        services.AddTelemetryPages();
        services.AddOtlpListeners();
        return services;
    }

    public static void UseTelemetry(this IApplicationBuilder app) => app.UseOtlpListeners();

    public static void MapTelemetry(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOtlp();
        endpoints.MapTelemetryApi();
        endpoints.MapTelemetryPages();
    }
}
