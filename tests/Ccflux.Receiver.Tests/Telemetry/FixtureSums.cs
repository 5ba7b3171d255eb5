using System.Text.Json;
using Ccflux.Receiver.Telemetry.Receive.Normalize;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Usage of a recorded run, counted over its JSON bodies without any receiver code: the figure that its rollups must equal.</summary>
internal static class FixtureSums
{
    public static Dictionary<string, RequestSums> OfRequests(string run)
    {
        var sums = new Dictionary<string, RequestSums>(StringComparer.Ordinal);
        foreach (var record in OtlpHost.Fixtures(run).Where(path => OtlpHost.IsOf("logs", path)).SelectMany(Records))
        {
            var attributes = Attributes(record);
            if (Text(attributes, "event.name") is not "api_request")
            {
                continue;
            }

            var model = Text(attributes, "model");
            sums[model] = sums.GetValueOrDefault(model) + new RequestSums(
                attributes["input_tokens"].GetProperty("intValue").GetInt64(),
                attributes["output_tokens"].GetProperty("intValue").GetInt64(),
                attributes["cache_read_tokens"].GetProperty("intValue").GetInt64(),
                attributes["cache_creation_tokens"].GetProperty("intValue").GetInt64(),
                (long)Math.Round(attributes["cost_usd"].GetProperty("doubleValue").GetDouble() * 1e9));
        }

        return sums;
    }

    public static int EventsNamed(string run, string name) => OtlpHost.Fixtures(run)
        .Where(path => OtlpHost.IsOf("logs", path))
        .SelectMany(Records)
        .Count(record => string.Equals(Text(Attributes(record), "event.name"), name, StringComparison.Ordinal));

    private static IEnumerable<JsonElement> Records(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement
        .GetProperty("resourceLogs").EnumerateArray()
        .SelectMany(resource => resource.GetProperty("scopeLogs").EnumerateArray())
        .SelectMany(scope => scope.GetProperty("logRecords").EnumerateArray());

    private static Dictionary<string, JsonElement> Attributes(JsonElement record) => record.GetProperty("attributes").EnumerateArray()
        .ToDictionary(pair => pair.GetProperty("key").GetString()!, pair => pair.GetProperty("value"), StringComparer.Ordinal);

    private static string Text(Dictionary<string, JsonElement> attributes, string name) =>
        attributes.TryGetValue(name, out var value) && value.TryGetProperty("stringValue", out var text) ? text.GetString()! : "";
}
