namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>Registers metrics. A slice adds the class that owns its instruments with <see cref="AddMeters{T}"/>, so that each is present, at zero, from the first scrape.</summary>
internal static class MetricsRegistration
{
    public static void AddMeters<T>(this IServiceCollection services)
        where T : class
    {
        services.AddSingleton<T>();
        services.AddSingleton(new MeterOwner(typeof(T)));
    }

    public static void AddMetricsEndpoint(this IServiceCollection services)
    {
        services.AddMeters<PlatformMetrics>();
        services.AddSingleton<MetricsEndpoint>();
        services.AddSingleton<MetricsCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<MetricsCollector>());
        services.AddHostedService<MeterStart>();
    }

    /// <summary>Creates the classes that own instruments, because nothing else may have requested them yet.</summary>
    private sealed class MeterStart(IEnumerable<MeterOwner> owners, IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var owner in owners)
            {
                _ = services.GetRequiredService(owner.Type);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>A class that owns instruments.</summary>
internal sealed record MeterOwner(Type Type);
