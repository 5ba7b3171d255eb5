using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Builds OTLP/JSON bodies in one line.</summary>
internal static class Otlp
{
    /// <summary>Within the hour of the clock of <see cref="OtlpHost"/>.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 11, 30, 0, TimeSpan.Zero);

    public static JsonObject Request(string requestId, string? session = "s1", string model = "claude-opus-5-5", DateTimeOffset? at = null, params (string Key, object Value)[] more) =>
        Event("api_request", at,
            [.. Session(session), ("user.id", "install-1"), ("terminal.type", "vscode"), ("model", model), ("request_id", requestId),
             ("input_tokens", 10L), ("output_tokens", 20L), ("cache_read_tokens", 30L), ("cache_creation_tokens", 40L), ("cost_usd", 0.5), ("duration_ms", 100L), .. more]);

    public static JsonObject Event(string name, DateTimeOffset? at = null, params (string Key, object Value)[] attributes) => new()
    {
        ["timeUnixNano"] = Nanos(at ?? Noon),
        ["body"] = new JsonObject { ["stringValue"] = "claude_code." + name },
        ["attributes"] = Attributes([("event.name", name), .. attributes]),
    };

    public static string Logs(params JsonObject[] records) => LogsOf("claude-code", records);

    public static string LogsOf(string service, params JsonObject[] records) => LogsOf([("service.name", service)], "", records);

    /// <param name="resource">The resource's attributes.</param>
    /// <param name="scope">The scope's name; it follows the records, which is allowed.</param>
    /// <param name="records">The records.</param>
    public static string LogsOf((string Key, object Value)[] resource, string scope, params JsonObject[] records) => new JsonObject
    {
        ["resourceLogs"] = new JsonArray(new JsonObject
        {
            ["resource"] = new JsonObject { ["attributes"] = Attributes(resource) },
            ["scopeLogs"] = new JsonArray(new JsonObject { ["logRecords"] = new JsonArray([.. records]), ["scope"] = new JsonObject { ["name"] = scope } }),
        }),
    }.ToJsonString();

    /// <summary>The record without the prefix that identifies its sender.</summary>
    public static JsonObject Bare(JsonObject record)
    {
        record["body"] = new JsonObject { ["stringValue"] = record["body"]!["stringValue"]!.GetValue<string>()["claude_code.".Length..] };
        return record;
    }

    /// <summary>A point of <c>claude_code.token.usage</c>, type output.</summary>
    public static JsonObject Point(object value, DateTimeOffset start, DateTimeOffset time, string? session = "s1", params (string Key, object Value)[] more) => new()
    {
        ["startTimeUnixNano"] = Nanos(start),
        ["timeUnixNano"] = Nanos(time),
        ["asDouble"] = JsonSerializer.SerializeToNode(value),
        ["attributes"] = Attributes([.. Session(session), ("user.id", "install-1"), ("type", "output"), ("model", "claude-opus-5-5"), .. more]),
    };

    public static string Tokens(bool cumulative, params JsonObject[] points) => Metric("claude_code.token.usage", cumulative ? 2 : 1, points);

    public static string Metric(string name, int temporality, params JsonObject[] points) => MetricOf([("service.name", "claude-code")], name, temporality, points);

    public static string MetricOf((string Key, object Value)[] resource, string name, int temporality, params JsonObject[] points) => new JsonObject
    {
        ["resourceMetrics"] = new JsonArray(new JsonObject
        {
            ["resource"] = new JsonObject { ["attributes"] = Attributes(resource) },
            ["scopeMetrics"] = new JsonArray(new JsonObject
            {
                ["metrics"] = new JsonArray(new JsonObject
                {
                    ["name"] = name,
                    ["sum"] = new JsonObject { ["aggregationTemporality"] = temporality, ["isMonotonic"] = true, ["dataPoints"] = new JsonArray([.. points]) },
                }),
            }),
        }),
    }.ToJsonString();

    private static IEnumerable<(string Key, object Value)> Session(string? id) => id is null ? [] : [("session.id", id)];

    private static string Nanos(DateTimeOffset at) => $"{at.ToUnixTimeMilliseconds()}000000";

    private static JsonArray Attributes(params (string Key, object Value)[] attributes) =>
        new([.. attributes.Select(pair => (JsonNode)new JsonObject { ["key"] = pair.Key, ["value"] = Value(pair.Value) })]);

    private static JsonObject Value(object value) => value switch
    {
        long number => new JsonObject { ["intValue"] = number },
        double number => new JsonObject { ["doubleValue"] = number },
        bool flag => new JsonObject { ["boolValue"] = flag },
        _ => new JsonObject { ["stringValue"] = value.ToString() },
    };
}
