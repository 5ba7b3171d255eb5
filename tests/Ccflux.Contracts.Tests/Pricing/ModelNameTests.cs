using Ccflux.Contracts.Pricing;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Contracts.Tests.Pricing;

/// <summary>Names as clouds and gateways write them, and the price of a million input tokens under each.</summary>
public sealed class ModelNameTests
{
    private static readonly DateOnly s_day = new(2026, 11, 20);
    private static readonly ModelUsage s_input = new() { InputTokens = 1_000_000 };

    [Theory]
    [InlineData("claude-opus-4-8", 5)]
    [InlineData("claude-opus-4-8[1m]", 5)]
    [InlineData("claude-opus-4-8-20260101", 5)]
    [InlineData("claude-opus-4-8-20260101[1m]", 5)]
    [InlineData("claude-opus-5", 5)]
    [InlineData("claude-opus-5-5", 4)]
    [InlineData("claude-3-5-sonnet-20241022", 3)]
    [InlineData("claude-3-5-sonnet-latest", 3)]
    [InlineData("claude-3-7-sonnet-latest", 3)]
    [InlineData("claude-3-5-haiku-latest", 0.8)]
    [InlineData("claude-opus-4-0", 15)]
    [InlineData("claude-instant-1.2", 0.8)]
    [InlineData("claude-2.1", 8)]
    // Google Cloud
    [InlineData("claude-opus-4-5@20251101", 5)]
    [InlineData("claude-opus-5@default", 5)]
    [InlineData("claude-haiku-4-5@20251001[1m]", 1)]
    [InlineData("publishers/anthropic/models/claude-opus-5", 5)]
    [InlineData("projects/p1/locations/global/publishers/anthropic/models/claude-opus-5@default", 5)]
    [InlineData("projects/p1/locations/europe-west1/publishers/anthropic/models/claude-opus-5@default", 5.5)]
    // Amazon Bedrock
    [InlineData("us.anthropic.claude-opus-4-8-v1:0", 5.5)]
    [InlineData("us.anthropic.claude-opus-4-8-v1:0[1m]", 5.5)]
    [InlineData("eu.anthropic.claude-sonnet-4-6", 3.3)]
    [InlineData("apac.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3)]
    [InlineData("jp.anthropic.claude-haiku-4-5-20251001-v1:0", 1.1)]
    [InlineData("au.anthropic.claude-opus-4-6-v1", 5.5)]
    [InlineData("anthropic.claude-opus-5", 5.5)]
    [InlineData("global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3)]
    [InlineData("us.anthropic.claude-opus-4-1-20250805-v1:0", 15)]
    [InlineData("us.anthropic.claude-3-5-sonnet-20241022-v2:0", 3)]
    [InlineData("anthropic.claude-v2:1", 8)]
    [InlineData("anthropic.claude-instant-v1", 0.8)]
    [InlineData("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-5-20251101-v1:0", 5.5)]
    [InlineData("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-5-20251101-v1:0", 5.5)]
    [InlineData("bedrock/us.anthropic.claude-opus-5", 5.5)]
    [InlineData("bedrock/converse/global.anthropic.claude-opus-5", 5)]
    [InlineData("bedrock/us-west-2/anthropic.claude-opus-5", 5.5)]
    // Gateways
    [InlineData("anthropic/claude-opus-4.8", 5)]
    [InlineData("anthropic/claude-opus-5.5", 4)]
    [InlineData("openrouter/anthropic/claude-3.7-sonnet:thinking", 3)]
    [InlineData("vertex_ai/claude-sonnet-4-5@20250929", 3)]
    [InlineData("claude-4.5-sonnet", 3)]
    [InlineData("claude-sonnet-4.5-20250929", 3)]
    public void Name_ThatRulesLeadToAModel_HasItsPrice(string name, double usd) =>
        Assert.Equal((decimal)usd, PriceList.BuiltIn.Cost(name, s_day, s_input));

    [Theory]
    [InlineData("")]
    [InlineData("opus")]
    [InlineData("claude")]
    [InlineData("claude-opus")]
    [InlineData("claude-opus-latest")]
    [InlineData("claude-opus-6")]
    [InlineData("claude-opus-5-6")]
    [InlineData("claude-opus-5.6")]
    [InlineData("claude-opus-4-8-fast")]
    [InlineData("claude-opus-4-8-2026")]
    [InlineData("claude-opus-4-8-v1:0")]
    [InlineData("my-claude-opus-4-8")]
    [InlineData("CLAUDE-OPUS-4-8")]
    [InlineData("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0")]
    [InlineData("bedrock/us-gov-west-1/anthropic.claude-3-haiku-20240307-v1:0")]
    [InlineData("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3")]
    [InlineData("databricks/databricks-claude-sonnet-4-5")]
    [InlineData("openrouter/anthropic/claude-opus-4.8:free")]
    [InlineData("anthropic/")]
    [InlineData("anthropic.")]
    [InlineData("[1m]")]
    [InlineData("glm-5")]
    public void Name_ThatIsNotUnderstood_HasNoPrice(string name) => Assert.Null(PriceList.BuiltIn.Cost(name, s_day, s_input));

    [Fact]
    public void Region_OfTheName_GoesBeforeThatOfTheAnswer()
    {
        var us = new PriceTerms(PriceTerms.Us, Batch: false);

        Assert.Equal(5.5m, PriceList.BuiltIn.Cost("eu.anthropic.claude-opus-5", s_day, s_input, us));
        Assert.Equal(5.5m, PriceList.BuiltIn.Cost("anthropic/claude-opus-5", s_day, s_input, us));
    }

    [Fact]
    public void ListedName_GoesBeforeWhatRulesLeaveOfIt()
    {
        var list = Parse("""{"models":{"us.anthropic.claude-opus-5":[USD7],"claude-opus-5":[USD1],"own":[USD2],"own-20260101":[USD3],"llama":[USD4]}}""");

        Assert.Equal(7, list.Cost("us.anthropic.claude-opus-5-v1:0[1m]", s_day, s_input));
        Assert.Equal(1, list.Cost("eu.anthropic.claude-opus-5", s_day, s_input));
        Assert.Equal([2m, 2m, 3m, 3m], Costs(list, "own", "own-20260102[1m]", "own-20260101", "own-20260101[1m]"));
        Assert.Equal([4m, null, null, null], Costs(list, "llama", "llama-v3", "openrouter/llama", "llama-latest"));
    }

    [Fact]
    public void Rules_OfTheFile_StandForThoseThatShip()
    {
        var list = Parse("""
            {"names":{"prefixes":[{"text":"gw/*/","region":"far"}],"suffixes":[{"text":"~##"}],"aliases":{"eins":"one"}},
             "models":{"one":[{"input":1,"cache_write_5m":1,"cache_write_1h":1,"cache_read":1,"output":1,"regions":{"far":3}}]}}
            """);

        Assert.Equal([1m, 1m, 1m, 3m, 3m], Costs(list, "one", "eins", "one~07", "gw/x/one", "gw/any.thing/eins~10"));
        Assert.Equal([null, null, null], Costs(list, "one[1m]", "gw//one", "gw/x/y/one"));
    }

    [Fact]
    public void Rules_ThatTakeNothing_EndAtOnce()
    {
        var list = Parse("""{"names":{"prefixes":[{"text":""},{"text":"*"}],"suffixes":[{"text":""}]},"models":{"one":[USD1]}}""");

        Assert.Equal([1m, null, null], Costs(list, "one", "two", new string('x', 10_000)));
    }

    private static decimal?[] Costs(PriceList list, params string[] names) => [.. names.Select(name => list.Cost(name, s_day, s_input))];

    /// <summary><c>USD7</c> stands for an entry with 7 as its input rate.</summary>
    private static PriceList Parse(string json)
    {
        for (var usd = 1; usd <= 9; usd++)
        {
            json = json.Replace($"USD{usd}", $$"""{"input":{{usd}},"cache_write_5m":0,"cache_write_1h":0,"cache_read":0,"output":0}""", StringComparison.Ordinal);
        }

        return PriceList.Parse(System.Text.Encoding.UTF8.GetBytes(json));
    }
}
