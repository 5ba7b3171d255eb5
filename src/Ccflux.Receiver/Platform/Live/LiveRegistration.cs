using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>Registers and maps live updates.</summary>
internal static class LiveRegistration
{
    public const string Path = "/events";

    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSingleton<LiveBus>();
        services.AddSingleton<IChangeFeed>(provider => provider.GetRequiredService<LiveBus>());
        services.AddSingleton<LiveEndpoint>();
        return services;
    }

    public static void MapLive(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path, (HttpContext context, LiveEndpoint live) => live.OpenAsync(context))
            .AllowAnonymous()
            .LimitPages()
            .ExcludeFromDescription();
}
