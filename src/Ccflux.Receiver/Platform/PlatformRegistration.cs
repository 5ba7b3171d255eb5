using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.CloudflareAccess;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Downloads;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Platform.Memory;
using Ccflux.Receiver.Platform.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccflux.Receiver.Platform;

/// <summary>Registers and maps everything that belongs to no feature.</summary>
internal static class PlatformRegistration
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        builder.AddHttp();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddAdmin();
        builder.Services.AddAccess();
        builder.Services.AddLive();
        builder.Services.AddDocs();
        builder.Services.AddDownloads();
        builder.Services.AddSingleton<HealthEndpoint>();
        builder.Services.AddMetricsEndpoint();
        builder.Services.AddHostedService<IdleMemoryTrimmer>();
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseHttp();
        app.UseRouting();
        app.UseAccess();
        app.UseAdmin();
        app.UseMiddleware<ReadLimits>();
    }

    public static void MapPlatform(this WebApplication app)
    {
        app.MapGet(HealthEndpoint.Path, (HttpContext context, HealthEndpoint health) => health.AnswerAsync(context)).AllowAnonymous().LimitOpen().WithTags("Operation").WithSummary("Whether the receiver is running and can write.");
        app.MapGet(MetricsEndpoint.Path, (HttpContext context, MetricsEndpoint metrics) => metrics.AnswerAsync(context)).AllowOwnTokens().LimitOpen().WithTags("Operation").WithSummary("Metrics in Prometheus format. Bearer token: METRICS_TOKEN, if set.");
        app.MapAdmin();
        app.MapLive();
        app.MapDocs();
        app.MapDownloads();
    }
}
