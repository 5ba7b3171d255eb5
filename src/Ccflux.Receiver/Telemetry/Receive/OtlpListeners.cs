using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>The ports of OTLP. Behind them is OTLP and nothing else, so that opening one to the network opens no page.</summary>
internal static partial class OtlpListeners
{
    public static void AddOtlpListeners(this IServiceCollection services, TelemetryOptions options)
    {
        var defaults = new TelemetryOptions();
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Ccflux.Receiver.Telemetry");
            Listen(kestrel, logger, options.HttpAddress, defaults.HttpAddress, "OTLP_HTTP_ADDR", HttpProtocols.Http1);
            Listen(kestrel, logger, options.GrpcAddress, defaults.GrpcAddress, "OTLP_GRPC_ADDR", HttpProtocols.Http2);
        });
    }

    /// <summary>Keeps everything but OTLP away from its ports, and tells exporters that knock at a wrong door where the right one is.</summary>
    public static void UseOtlpListeners(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var isOtlpPort = context.Features.Get<OtlpPort>() is not null;
        if (isOtlpPort ? OtlpRoutes.IsOtlp(context.Request.Path) : !OtlpRoutes.IsMisdirected(context.Request))
        {
            return next(context);
        }

        if (OtlpGrpcEndpoint.IsGrpc(context.Request) && context.Response.SupportsTrailers())
        {
            return OtlpGrpcEndpoint.RefuseUnknownAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "Nothing is here. OTLP over HTTP goes to /v1/logs, /v1/metrics and /v1/traces. OTEL_EXPORTER_OTLP_ENDPOINT is the address without a path; an endpoint "
            + "for one signal, such as OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, is the whole address with its path.\n");
    });

    private static void Listen(KestrelServerOptions kestrel, ILogger logger, string address, string defaultAddress, string key, HttpProtocols protocols)
    {
        if (ListenAddressAttribute.Parse(address) is not { } endPoint)
        {
            return;
        }

        // Another collector may run on this machine. An address that nobody asked for does not keep the receiver from starting.
        if (string.Equals(address, defaultAddress, StringComparison.Ordinal) && ListenAddressAttribute.IsTaken(endPoint))
        {
            Log.Taken(logger, address, key);
            return;
        }

        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = protocols;
            listen.Use(next => connection =>
            {
                connection.Features.Set(OtlpPort.Instance);
                return next(connection);
            });
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "OTLP: {Address} is in use by another program, so nothing listens there. The main port takes OTLP over HTTP. Set {Key} to another address, or to nothing")]
        public static partial void Taken(ILogger logger, string address, string key);
    }

    /// <summary>Marks the connections of an OTLP port.</summary>
    private sealed class OtlpPort
    {
        public static readonly OtlpPort Instance = new();
    }
}
