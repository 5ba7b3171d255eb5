using System.Globalization;
using System.Text.Json.Nodes;

namespace Ccflux.Simulator;

/// <summary>Telemetry as Claude Code sends it, in OTLP's JSON.</summary>
public static class OtlpMessage
{
    /// <summary>An event: <c>api_request</c> and others.</summary>
    public static JsonObject Event(string name, DateTimeOffset at, int sequence, params (string Name, object Value)[] values) => new()
    {
        ["timeUnixNano"] = Nano(at),
        ["body"] = new JsonObject { ["stringValue"] = $"claude_code.{name}" },
        ["attributes"] = Attributes([("event.name", name), ("event.sequence", (long)sequence), .. values]),
    };

    /// <summary>How much a counter grew in the previous minute.</summary>
    public static JsonObject Sum(string name, DateTimeOffset at, double value, params (string Name, object Value)[] values) => new()
    {
        ["name"] = $"claude_code.{name}",
        ["sum"] = new JsonObject
        {
            ["aggregationTemporality"] = 1,
            ["isMonotonic"] = true,
            ["dataPoints"] = new JsonArray(new JsonObject { ["startTimeUnixNano"] = Nano(at.AddMinutes(-1)), ["timeUnixNano"] = Nano(at), ["asDouble"] = value, ["attributes"] = Attributes(values) }),
        },
    };

    public static JsonObject Logs(IEnumerable<JsonObject> events) =>
        new() { ["resourceLogs"] = new JsonArray(new JsonObject { ["resource"] = Resource(), ["scopeLogs"] = new JsonArray(new JsonObject { ["logRecords"] = new JsonArray([.. events]) }) }) };

    public static JsonObject Metrics(IEnumerable<JsonObject> sums) =>
        new() { ["resourceMetrics"] = new JsonArray(new JsonObject { ["resource"] = Resource(), ["scopeMetrics"] = new JsonArray(new JsonObject { ["metrics"] = new JsonArray([.. sums]) }) }) };

    private static JsonObject Resource() => new() { ["attributes"] = Attributes([("service.name", "claude-code")]) };

    private static JsonArray Attributes(IReadOnlyList<(string Name, object Value)> values) => new([.. values.Select(each => new JsonObject { ["key"] = each.Name, ["value"] = Value(each.Value) })]);

    private static JsonObject Value(object value) => value switch
    {
        long number => new JsonObject { ["intValue"] = number.ToString(CultureInfo.InvariantCulture) },
        double number => new JsonObject { ["doubleValue"] = number },
        _ => new JsonObject { ["stringValue"] = value.ToString() },
    };

    private static string Nano(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture);
}
