using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>The addresses of OTLP.</summary>
internal static class OtlpRoutes
{
    private const string GrpcPrefix = "/opentelemetry.proto.collector.";

    public static void MapOtlp(this IEndpointRouteBuilder endpoints)
    {
        var http = endpoints.MapGroup("/v1").AllowOwnTokens().WithTags("Telemetry");
        MapHttp(http, "/logs", OtlpSignal.Logs);
        MapHttp(http, "/metrics", OtlpSignal.Metrics);
        MapHttp(http, "/traces", OtlpSignal.Traces);
        var grpc = endpoints.MapGroup("").AllowOwnTokens().ExcludeFromDescription();
        MapGrpc(grpc, "logs.v1.LogsService/Export", OtlpSignal.Logs);
        MapGrpc(grpc, "metrics.v1.MetricsService/Export", OtlpSignal.Metrics);
        MapGrpc(grpc, "trace.v1.TraceService/Export", OtlpSignal.Traces);
    }

    public static bool IsOtlp(PathString path) =>
        path.Value is "/v1/logs" or "/v1/metrics" or "/v1/traces"
            or GrpcPrefix + "logs.v1.LogsService/Export" or GrpcPrefix + "metrics.v1.MetricsService/Export" or GrpcPrefix + "trace.v1.TraceService/Export";

    private static void MapHttp(IEndpointRouteBuilder endpoints, string path, OtlpSignal signal) =>
        endpoints.MapPost(path, (HttpContext context, OtlpHttpEndpoint otlp) => otlp.TakeAsync(context, signal))
            .WithSummary("OTLP over HTTP, protobuf or JSON, plain or gzip. Bearer: a user's telemetry token, or OTLP_TOKEN.");

    private static void MapGrpc(IEndpointRouteBuilder endpoints, string path, OtlpSignal signal) =>
        endpoints.MapPost(GrpcPrefix + path, (HttpContext context, OtlpGrpcEndpoint otlp) => otlp.TakeAsync(context, signal));
}
