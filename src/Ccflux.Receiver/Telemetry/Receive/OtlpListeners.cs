using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>The ports of OTLP. They serve OTLP and nothing else, so that opening one to the network exposes no page.</summary>
internal static partial class OtlpListeners
{
    public static void AddOtlpListeners(this IServiceCollection services)
    {
        var defaults = new TelemetryOptions();
        services.AddOptions<KestrelServerOptions>().Configure<TelemetryOptions>((kestrel, options) =>
        {
            var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Ccflux.Receiver.Telemetry");
            Listen(kestrel, logger, options.HttpAddress, defaults.HttpAddress, "OTLP_HTTP_ADDR", HttpProtocols.Http1);
            Listen(kestrel, logger, options.GrpcAddress, defaults.GrpcAddress, "OTLP_GRPC_ADDR", HttpProtocols.Http2);
        });
    }

    /// <summary>Rejects everything but OTLP on its ports, and gives exporters that use a wrong path the right one.</summary>
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
            "Not found. OTLP over HTTP goes to /v1/logs, /v1/metrics and /v1/traces. OTEL_EXPORTER_OTLP_ENDPOINT is the URL without a path; an endpoint "
            + "for one signal, such as OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, is the whole URL with its path.\n");
    });

    private static void Listen(KestrelServerOptions kestrel, ILogger logger, string address, string defaultAddress, string key, HttpProtocols protocols)
    {
        if (ListenAddressAttribute.Parse(address) is not { } endPoint)
        {
            return;
        }

        // Another collector may run on this machine. A default address that is in use must not keep the receiver from starting.
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
        [LoggerMessage(1, LogLevel.Warning, "OTLP: {Address} is in use by another program, so the receiver does not listen there. The main port accepts OTLP over HTTP. Set {Key} to another IP address and port, or leave it empty")]
        public static partial void Taken(ILogger logger, string address, string key);
    }

    /// <summary>Marks the connections of an OTLP port.</summary>
    private sealed class OtlpPort
    {
        public static readonly OtlpPort Instance = new();
    }
}
