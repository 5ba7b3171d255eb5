using System.Text.Json.Nodes;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Maps the routes of OTLP.</summary>
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
        IsSignal(path.Value.AsSpan().TrimEnd('/')) || path.Value is GrpcPrefix + "logs.v1.LogsService/Export" or GrpcPrefix + "metrics.v1.MetricsService/Export" or GrpcPrefix + "trace.v1.TraceService/Export";

    /// <summary>Whether an exporter sent this to a path that is not OTLP's: in its own format, or to the path that a signal has on another server.</summary>
    public static bool IsMisdirected(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || IsOtlp(request.Path))
        {
            return false;
        }

        var path = request.Path.Value.AsSpan().TrimEnd('/');
        return request.ContentType?.StartsWith("application/x-protobuf", StringComparison.OrdinalIgnoreCase) == true
            || path.IsEmpty
            || (path.LastIndexOf("/v1/", StringComparison.OrdinalIgnoreCase) is > 0 and var at && IsSignal(path[at..]));
    }

    private static bool IsSignal(ReadOnlySpan<char> path) =>
        path.Equals("/v1/logs", StringComparison.OrdinalIgnoreCase) || path.Equals("/v1/metrics", StringComparison.OrdinalIgnoreCase) || path.Equals("/v1/traces", StringComparison.OrdinalIgnoreCase);

    private static void MapHttp(IEndpointRouteBuilder endpoints, string path, OtlpSignal signal) =>
        endpoints.MapPost(path, (HttpContext context, OtlpHttpEndpoint otlp) => otlp.TakeAsync(context, signal))
            .WithSummary("OTLP over HTTP, protobuf or JSON, plain, gzip or zstd. Bearer: a user's telemetry token, or OTLP_TOKEN.")
            .TakesBody(
                ("application/json", new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = JsonNode.Parse(Example(signal)) }),
                ("application/x-protobuf", new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } }));

    /// <summary>The smallest body that names its signal: OTLP's schema is not repeated here.</summary>
    private static string Example(OtlpSignal signal) => signal switch
    {
        OtlpSignal.Logs => """{"resourceLogs":[]}""",
        OtlpSignal.Metrics => """{"resourceMetrics":[]}""",
        OtlpSignal.Traces => """{"resourceSpans":[]}""",
    };

    private static void MapGrpc(IEndpointRouteBuilder endpoints, string path, OtlpSignal signal) =>
        endpoints.MapPost(GrpcPrefix + path, (HttpContext context, OtlpGrpcEndpoint otlp) => otlp.TakeAsync(context, signal));
}
