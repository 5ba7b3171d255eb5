using Ccflux.Receiver.Platform.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Registers HTTP: where the receiver listens, its limits, and the headers of every answer.</summary>
internal static class HttpRegistration
{
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<HttpOptions>();
        builder.Services.AddSingleton<RequestLimits>();
        builder.Services.AddSingleton<BrowserAnswers>();
        builder.Services.AddSingleton<TransportStats>();
        builder.Services.AddSingleton<HostCheck>();
        builder.Services.AddSingleton<BrowserCookies>();
        builder.Services.AddCompression();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<HttpOptions>(Bound);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<HttpOptions>(Trust);
    }

    /// <summary>Must come first, on every port.</summary>
    public static void UseHostCheck(this IApplicationBuilder app)
    {
        var check = app.ApplicationServices.GetRequiredService<HostCheck>();
        app.Use(check.InvokeAsync);
    }

    /// <summary>After this, the caller's IP address is the real one, and every failure is handled.</summary>
    public static void UseHttp(this IApplicationBuilder app)
    {
        var seen = app.ApplicationServices.GetRequiredService<TransportStats>();
        app.Use((context, next) =>
        {
            TransportStats.Cleanse(context.Request.Headers);
            return next(context);
        });
        app.UseForwardedHeaders();
        app.Use((context, next) =>
        {
            seen.Note(context);
            return next(context);
        });
        app.UseSecurityHeaders();
        app.UseResponseCompression();
        app.UseMiddleware<ErrorHandling>();
        app.UseHeadRequests();
    }

    private static void Bound(KestrelServerOptions kestrel, HttpOptions options)
    {
        // Set before any endpoint is configured, so that it applies to the ports of telemetry too.
        var connections = new ConnectionLimiter(options);
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(connections.Admit));
        if (ListenAddressAttribute.Parse(options.ListenAddress) is { } address)
        {
            kestrel.Listen(address);
        }

        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = options.BodyLimitKb * 1024L;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 60;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MaxConcurrentConnections = ConnectionLimiter.MaxConnections;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    private static void Trust(ForwardedHeadersOptions forwarded, HttpOptions options)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        forwarded.ForwardLimit = null;
        forwarded.ForwardedHeaders = options.TrustedProxies is null ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var network in ProxyListAttribute.Parse(options.TrustedProxies ?? "").OfType<System.Net.IPNetwork>())
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }
}
