using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Contracts.Tests.Pricing;

public sealed class PriceListTests
{
    private static readonly DateOnly Day = new(2026, 11, 20);
    private static readonly ModelUsage s_input = new() { InputTokens = 1_000_000 };

    [Fact]
    public void Cost_UnknownModel_IsUnpriced()
    {
        Assert.Null(PriceList.BuiltIn.Cost("claude-opus-6", Day, new ModelUsage { InputTokens = 1 }));
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

    [Fact]
    public void Find_FirstEntryWithoutADay_HoldsFromTheBeginning()
    {
        var list = Parse("""
            [{"input":1,"cache_write_5m":1,"cache_write_1h":1,"cache_read":1,"output":1},
             {"from":"2026-06-01","input":2,"cache_write_5m":2,"cache_write_1h":2,"cache_read":2,"output":2}]
            """);

        Assert.Equal(1, list.Find("m", DateOnly.MinValue)!.Input);
        Assert.Equal(2, list.Find("m", new DateOnly(2026, 6, 1))!.Input);
    }

    [Theory]
    [InlineData("claude-sonnet-5-5", "2026-10-06", 0.20)]
    [InlineData("claude-sonnet-5-5", "2026-10-07", 0.10)]
    [InlineData("claude-sonnet-5", "2026-10-07", 0.20)]
    public void CacheReads_OfADay_CostWhatTheyDidThen(string model, string day, double usd)
    {
        Assert.Equal((decimal)usd, PriceList.BuiltIn.Cost(model, DateOnly.ParseExact(day, "yyyy-MM-dd"), new ModelUsage { CacheReadTokens = 1_000_000 }));
    }

    [Theory]
    [InlineData("claude-opus-4-6", "2026-03-12", 2.5 + 3.75)]
    [InlineData("claude-opus-4-6", "2026-03-13", 1.25 + 2.5)]
    [InlineData("claude-sonnet-4-6", "2026-03-12", 1.5 + 2.25)]
    [InlineData("claude-sonnet-4-6", "2026-03-13", 0.75 + 1.5)]
    [InlineData("claude-sonnet-4-5", "2026-03-13", 1.5 + 2.25)]
    public void PromptsOver200k_OfADay_CostWhatTheyDidThen(string model, string day, double usd)
    {
        var tokens = new TokenCounts { InputTokens = 250_000, OutputTokens = 100_000 };
        var usage = new ModelUsage { InputTokens = 250_000, OutputTokens = 100_000, Over100k = tokens, Over200k = tokens };

        Assert.Equal((decimal)usd, PriceList.BuiltIn.Cost(model, DateOnly.ParseExact(day, "yyyy-MM-dd"), usage));
    }

    [Theory]
    [InlineData("claude-fable-5-2", "2026-11-12", 16 + 8)]
    [InlineData("claude-opus-5-5", "2026-11-12", 8 + 4)]
    [InlineData("claude-opus-4-8", "2026-11-30", 10 + 5)]
    [InlineData("claude-opus-4-8", "2026-12-01", 5 + 2.5)]
    [InlineData("claude-opus-4-7", "2026-07-24", 30 + 15)]
    [InlineData("claude-opus-4-7", "2026-07-25", 5 + 2.5)]
    [InlineData("claude-opus-4-6", "2026-02-16", 15 + 7.5)]
    [InlineData("claude-opus-4-6", "2026-02-17", 30 + 15)]
    [InlineData("claude-sonnet-5-5", "2026-11-12", 2 + 1)]
    public void FastAnswers_CostTheFastRates_WhileTheModelHasSuch(string model, string day, double usd)
    {
        var tokens = new TokenCounts { InputTokens = 1_000_000, OutputTokens = 100_000 };
        var usage = new ModelUsage { InputTokens = 1_000_000, OutputTokens = 100_000, Fast = tokens };

        Assert.Equal((decimal)usd, PriceList.BuiltIn.Cost(model, DateOnly.ParseExact(day, "yyyy-MM-dd"), usage));
    }

    [Fact]
    public void UsRegion_CostsATenthMore_FromVersion46On()
    {
        var dearer = Listed().Where(model => PriceList.BuiltIn.Cost(model, Day, s_input, new PriceTerms(PriceTerms.Us, Batch: false)) == PriceList.BuiltIn.Cost(model, Day, s_input) * 1.1m);

        Assert.Equal(
            [
                "claude-fable-5", "claude-fable-5-1", "claude-fable-5-2", "claude-haiku-5-5", "claude-mythos-5", "claude-mythos-5-1", "claude-mythos-5-2",
                "claude-mythos-preview", "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-opus-5-5", "claude-sonnet-4-6",
                "claude-sonnet-5", "claude-sonnet-5-5",
            ],
            dearer.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Terms_ChangeEveryRate_AndBatchHalvesThem()
    {
        var large = new TokenCounts { InputTokens = 400_000, OutputTokens = 1_000_000 };
        var usage = new ModelUsage { InputTokens = 1_000_000, OutputTokens = 2_000_000, CacheReadTokens = 7, CacheWriteTokens = 9, CacheWrite1hTokens = 4, Over100k = large, Fast = large };
        foreach (var model in new[] { "claude-haiku-5-5", "claude-opus-5-5" })
        {
            var plain = PriceList.BuiltIn.Cost(model, Day, usage)!.Value;

            Assert.Equal(plain * 1.1m, PriceList.BuiltIn.Cost(model, Day, usage, new PriceTerms(PriceTerms.Us, Batch: false)));
            Assert.Equal(plain * 0.5m, PriceList.BuiltIn.Cost(model, Day, usage, new PriceTerms(null, Batch: true)));
            Assert.Equal(plain * 0.55m, PriceList.BuiltIn.Cost(model, Day, usage, new PriceTerms(PriceTerms.Us, Batch: true)));
        }
    }

    [Fact]
    public void Parse_OldForm_HasNoFactors_AndTheRulesForNamesThatShip()
    {
        var list = Parse("""[{"from":"2026-01-01","input":1,"cache_write_5m":1,"cache_write_1h":1,"cache_read":1,"output":1}]""", model: "claude-opus-5-5");

        Assert.Equal(1, list.Cost("claude-opus-5-5", Day, s_input, new PriceTerms(PriceTerms.Us, Batch: true)));
        Assert.Equal(1, list.Cost("us.anthropic.claude-opus-5-5-v1:0", Day, s_input));
        Assert.Equal(0, list.WebSearchUsd);
        Assert.Null(list.Updated);
    }

    internal static IEnumerable<string> Listed()
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(PricesPath));
        return [.. json.RootElement.GetProperty("models").EnumerateObject().Select(model => model.Name)];
    }

    internal static string PricesPath => Path.Combine(RepositoryRoot.Path, "src", "Ccflux.Contracts", "Pricing", "prices.json");

    private static PriceList Parse(string rows, string model = "m") => PriceList.Parse(System.Text.Encoding.UTF8.GetBytes($$$"""{"models":{"{{{model}}}":{{{rows}}}}}"""));
}
