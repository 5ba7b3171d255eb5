using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Pricing;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Contracts.Tests.Pricing;

/// <summary>Costs stated by the client itself, compared with ours for the same tokens.</summary>
public sealed class ClientCostTests
{
    private const double Tolerance = 1e-6;

    /// <summary>The day of the runs; their prompts have no more than 100 000 tokens each.</summary>
    private static readonly DateOnly s_day = new(2026, 11, 21);

    private static readonly string s_fixtures = Path.Combine(RepositoryRoot.Path, "tests", "fixtures");

    [Theory]
    [InlineData("2.1.329", 40)]
    [InlineData("2.0.76", 8)]
    public void ResultsOfRuns_CostWhatTheClientSays(string version, int atLeast)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_fixtures, "claude-code", version, "expected.json")));
        var compared = 0;
        foreach (var run in json.RootElement.GetProperty("runs").EnumerateObject())
        {
            // The searches of these runs are in their cost, but not in their counts.
            var searches = run.Name.EndsWith("websearch", StringComparison.Ordinal) ? 1 : 0;
            compared += AssertCosts(run.Value.GetProperty("modelUsage"), searches);
        }

        Assert.True(compared >= atLeast, $"{compared} costs");
    }

    [Fact]
    public void SessionEnds_InTranscripts_CostWhatTheClientSays()
    {
        var compared = 0;
        foreach (var line in Directory.EnumerateFiles(Path.Combine(s_fixtures, "claude-code", "2.1.329"), "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadLines))
        {
            if (line.Contains("\"cost-state\"", StringComparison.Ordinal))
            {
                using var json = JsonDocument.Parse(line);
                compared += AssertCosts(json.RootElement.GetProperty("modelUsage"), searches: 0);
            }
        }

        Assert.True(compared >= 20, $"{compared} costs");
    }

    [Fact]
    public void RequestsInTelemetry_CostWhatTheClientSays()
    {
        var compared = 0;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(s_fixtures, "otlp"), "*-logs.json", SearchOption.AllDirectories))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var record in json.RootElement.GetProperty("resourceLogs").EnumerateArray()
                .SelectMany(resource => resource.GetProperty("scopeLogs").EnumerateArray())
                .SelectMany(scope => scope.GetProperty("logRecords").EnumerateArray()))
            {
                var fields = record.GetProperty("attributes").EnumerateArray().ToDictionary(
                    attribute => attribute.GetProperty("key").GetString()!,
                    attribute => attribute.GetProperty("value").EnumerateObject().Single().Value.ToString(),
                    StringComparer.Ordinal);
                if (!fields.TryGetValue("cost_usd", out var stated))
                {
                    continue;
                }

                var usage = Usage(
                    Number(fields, "input_tokens"), Number(fields, "output_tokens"), Number(fields, "cache_read_tokens"), Number(fields, "cache_creation_tokens"), Number(fields, "cache_creation_1h_tokens"));
                var ours = PriceList.BuiltIn.Cost(fields["model"], s_day, usage)!.Value;
                var searches = fields.GetValueOrDefault("query_source") == "web_search_tool" ? 1 : 0;

                Assert.Equal(double.Parse(stated, CultureInfo.InvariantCulture), (double)(ours + (searches * PriceList.BuiltIn.WebSearchUsd)), Tolerance);
                compared++;
            }
        }

        Assert.True(compared >= 15, $"{compared} costs");
    }

    private static int AssertCosts(JsonElement modelUsage, int searches)
    {
        var compared = 0;
        foreach (var model in modelUsage.EnumerateObject())
        {
            var usage = Usage(
                Number(model.Value, "inputTokens"),
                Number(model.Value, "outputTokens"),
                Number(model.Value, "cacheReadInputTokens"),
                Number(model.Value, "cacheCreationInputTokens"),
                Number(model.Value, "cacheCreationEphemeral1hInputTokens"));
            var ours = PriceList.BuiltIn.Cost(model.Name, s_day, usage)!.Value;
            var withSearches = ours + ((searches + Number(model.Value, "webSearchRequests")) * PriceList.BuiltIn.WebSearchUsd);

            Assert.Equal(model.Value.GetProperty("costUSD").GetDouble(), (double)withSearches, Tolerance);
            compared++;
        }

        return compared;
    }

    private static ModelUsage Usage(long input, long output, long read, long write, long write1h) =>
        new() { InputTokens = input, OutputTokens = output, CacheReadTokens = read, CacheWriteTokens = write, CacheWrite1hTokens = write1h };

    private static long Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static long Number(Dictionary<string, string> fields, string name) => fields.TryGetValue(name, out var value) ? long.Parse(value, CultureInfo.InvariantCulture) : 0;
}
