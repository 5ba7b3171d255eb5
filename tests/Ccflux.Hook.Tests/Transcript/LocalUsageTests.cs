using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Commands;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>What decides the price of a request besides its tokens, and calls to other models within it.</summary>
public sealed class LocalUsageTests : IDisposable
{
    private const string Advice =
        """
        "iterations":[{"type":"message","input_tokens":9,"output_tokens":9},{"type":"advisor_message","model":"claude-opus-5-5","input_tokens":100000,"output_tokens":2000,"cache_read_input_tokens":0,"cache_creation_input_tokens":0},{"type":"fallback_message","model":"claude-haiku-5-5","input_tokens":9}],"speed"
        """;

    private readonly SessionFolder _folder = new();

    [Fact]
    public void Advisor_CountsUnderItsOwnModel_OncePerAnswer()
    {
        Write(message => message.Replace("\"speed\"", Advice.Trim(), StringComparison.Ordinal), times: 2);

        var models = Models();

        Assert.Equal(["claude-opus-5-5", "claude-sonnet-5-5"], models.Keys);
        Assert.Equal((100_000L, 2000L, 0.44m), models["claude-opus-5-5"]);
        Assert.Equal((10L, 20L, 0.00022m), models["claude-sonnet-5-5"]);
    }

    [Theory]
    [InlineData("claude-sonnet-5-5", "us", 0.000242)]
    [InlineData("claude-sonnet-5-5", "not_available", 0.00022)]
    [InlineData("claude-sonnet-4-5", "us", 0.00033)]
    [InlineData("claude-sonnet-4-6", "us", 0.000363)]
    [InlineData("eu.anthropic.claude-sonnet-4-6", "us", 0.000363)]
    [InlineData("some-model", "us", 0)]
    public void UsRegion_CostsATenthMore_FromVersion46On(string model, string region, double cost)
    {
        Write(message => message.Replace("\"speed\"", $"\"inference_geo\":\"{region}\",\"speed\"", StringComparison.Ordinal), model);

        Assert.Equal((decimal)cost, Models()[model].Cost);
    }

    [Theory]
    [InlineData("batch", "global", 0.00011)]
    [InlineData("batch", "us", 0.000121)]
    [InlineData("standard", "global", 0.00022)]
    public void Batch_CostsHalf(string tier, string region, double cost)
    {
        Write(message => message.Replace("\"speed\"", $"\"service_tier\":\"{tier}\",\"inference_geo\":\"{region}\",\"speed\"", StringComparison.Ordinal));

        Assert.Equal((decimal)cost, Models()["claude-sonnet-5-5"].Cost);
    }

    [Fact]
    public void WebSearches_CostACentEach()
    {
        Write(message => message.Replace("\"speed\"", "\"server_tool_use\":{\"web_search_requests\":30,\"web_fetch_requests\":2},\"speed\"", StringComparison.Ordinal), times: 2);

        Assert.Equal(0.30022m, Models()["claude-sonnet-5-5"].Cost);
    }

    [Fact]
    public void Advisor_OfAReport_IsARequestOfItsOwn_OnTheTermsOfItsParent()
    {
        Write(message => message.Replace("\"speed\":\"standard\"", "\"service_tier\":\"priority\",\"inference_geo\":\"us\"," + Advice.Trim() + ":\"fast\"", StringComparison.Ordinal));

        var (own, advisor) = (_folder.Read().Requests.First(), _folder.Read().Requests.Last());

        Assert.Equal((RequestOrigin.Advisor, LedgerKey.OfAdvisor(own.Key, 1), own.Turn), (advisor.Origin, advisor.Key, advisor.Turn));
        Assert.Equal((true, true, true, false), (advisor.Usage.Fast, advisor.Usage.InUs, advisor.Usage.Priority, advisor.Usage.Batch));
        Assert.Equal(LedgerKey.OfRequest("req_m1"u8), own.Key);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(Func<string, string> change, string model = "claude-sonnet-5-5", int times = 1) => _folder.Append(
        _folder.MainPath(),
        [TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(1, times).Select(at => change(TranscriptLines.Message(at, "m1", model: model).Replace("\"iterations\":[{\"input_tokens\":5}],", "", StringComparison.Ordinal)))]);

    private Dictionary<string, (long Input, long Output, decimal Cost)> Models()
    {
        using var output = new MemoryStream();
        Assert.Equal(0, UsageCommand.Run(["--config-dir", _folder.ConfigDir, "--by", "model", "--json"], output, TextWriter.Null, TimeProvider.System));
        return JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray())).RootElement.GetProperty("rows").EnumerateArray().ToDictionary(
            row => row.GetProperty("key").GetString()!,
            row => (row.GetProperty("input_tokens").GetInt64(), row.GetProperty("output_tokens").GetInt64(), row.GetProperty("cost_usd").GetDecimal()));
    }
}
