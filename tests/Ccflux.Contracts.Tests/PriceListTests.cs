using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Xunit;

namespace Ccflux.Contracts.Tests;

public sealed class PriceListTests
{
    private static readonly DateOnly Day = new(2026, 11, 20);

    [Theory]
    [InlineData("claude-opus-5-5", 60, 542, 130741, 30908, "0.1917682")]       // figures and costs as the client itself reported them
    [InlineData("claude-opus-4-8", 28, 209, 48887, 21371, "0.16337725")]
    [InlineData("claude-haiku-5-5", 8, 65, 7975, 8542, "0.0011808")]
    public void Cost_OfTheClientsOwnFigures_IsTheClientsOwn(string model, long input, long output, long read, long write, string cost)
    {
        var usage = new ModelUsage { InputTokens = input, OutputTokens = output, CacheReadTokens = read, CacheWriteTokens = write };

        Assert.Equal(decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture), PriceList.BuiltIn.Cost(model, Day, usage));
    }

    [Theory]
    [InlineData("claude-opus-4-8[1m]", "claude-opus-4-8")]
    [InlineData("claude-opus-4-8-20260101", "claude-opus-4-8")]
    [InlineData("claude-opus-4-8-20260101[1m]", "claude-opus-4-8")]
    [InlineData("claude-opus-4-8-fast", "claude-opus-4-8-fast")]
    [InlineData("claude-opus-4-8-2026", "claude-opus-4-8-2026")]
    [InlineData("my-claude-opus-4-8", "my-claude-opus-4-8")]
    public void BaseName_DropsOnlyADateAndTheLongContextMark(string model, string expected)
    {
        Assert.Equal(expected, PriceList.BaseName(model));
    }

    [Fact]
    public void Cost_UnknownModel_IsUnpriced()
    {
        Assert.Null(PriceList.BuiltIn.Cost("claude-opus-4-8-fast", Day, new ModelUsage { InputTokens = 1 }));
        Assert.Null(PriceList.BuiltIn.Find("claude-opus-5-5", new DateOnly(2020, 1, 1)));
    }

    [Fact]
    public void Cost_PartsAboveAPromptSizeOrAtSpeed_AreChargedAtTheirOwnRates()
    {
        var large = new TokenCounts { InputTokens = 400_000, OutputTokens = 1_000_000 };
        var usage = new ModelUsage { InputTokens = 1_000_000, OutputTokens = 2_000_000, Over100k = large, Over200k = large, Fast = large };

        Assert.Equal((0.6m * 0.1m) + (0.4m * 0.5m) + 0.5m + 2.5m, PriceList.BuiltIn.Cost("claude-haiku-5-5", Day, usage));
        Assert.Equal((0.6m * 3) + (0.4m * 6) + 15 + 22.5m, PriceList.BuiltIn.Cost("claude-sonnet-4-5", Day, usage));
        Assert.Equal((0.6m * 5) + (0.4m * 10) + 25 + 50, PriceList.BuiltIn.Cost("claude-opus-5", Day, usage));
        Assert.Equal(5m + 50, PriceList.BuiltIn.Cost("claude-opus-4-5", Day, usage));
    }

    [Fact]
    public void Cost_OneHourWrites_CostMore()
    {
        var usage = new ModelUsage { CacheWriteTokens = 1_000_000, CacheWrite1hTokens = 400_000 };

        Assert.Equal((0.6m * 5) + (0.4m * 8), PriceList.BuiltIn.Cost("claude-opus-5-5", Day, usage));
    }

    [Fact]
    public void Find_DatedPrices_TakesTheNewestThatHolds()
    {
        var list = PriceList.Parse("""
            {"models":{"m":[{"from":"2026-01-01","input":1,"cache_write_5m":1,"cache_write_1h":1,"cache_read":1,"output":1},
                            {"from":"2026-06-01","input":2,"cache_write_5m":2,"cache_write_1h":2,"cache_read":2,"output":2}]}}
            """u8);

        Assert.Equal(1, list.Find("m", new DateOnly(2026, 5, 31))!.Input);
        Assert.Equal(2, list.Find("m", new DateOnly(2026, 6, 1))!.Input);
        Assert.Null(list.Find("m", new DateOnly(2025, 12, 31)));
    }
}
