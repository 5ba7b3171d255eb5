using Ccflux.Receiver.Usage.Tiers;

namespace Ccflux.Receiver.Tests.Usage.Tiers;

/// <summary>Tiers from peaks, and what a limit hit does to them.</summary>
public sealed class TierRuleTests
{
    [Fact]
    public void Decide_PeaksFurtherApartThanTheGap_BeginANewTier()
    {
        var tiers = TierRule.Decide([User(1, 100, 100, 100), User(2, 180, 180, 180), User(3, 325, 325, 325), User(4, 1000, 1000, 1000)]);

        Assert.Equal("Tier 1, Tier 1, Tier 2, Tier 3", string.Join(", ", tiers.Select(tier => tier.Label)));
        Assert.All(tiers, tier => Assert.Equal(TierMethod.Inferred, tier.Method));
    }

    [Fact]
    public void Decide_FewerThanThreeWindows_IsUnknown()
    {
        var tier = Assert.Single(TierRule.Decide([User(1, 100, 200)]));

        Assert.Equal((TierRule.Unknown, TierMethod.None, 2), (tier.Label, tier.Method, tier.WindowCount));
    }

    [Theory]
    [InlineData(new long[] { 5 }, 5)]
    [InlineData(new long[] { 4, 1, 3, 2 }, 4)]
    [InlineData(new long[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 7)]
    public void Representative_IsTheValueAtThreeQuarters(long[] peaks, long expected)
    {
        Assert.Equal(expected, TierRule.Representative([.. peaks.Select((billed, i) => new Peak(i, billed))]));
    }

    [Fact]
    public void Decide_LimitHit_KeepsItsLabelWhileOthersMove()
    {
        var hit = new LimitHit(50, 400);
        var known = new Tier(1, "Tier 2", 400, TierMethod.LimitHit, 3, 50);

        var tiers = TierRule.Decide([User(1, 100, 100, 100) with { Hit = hit, Known = known }, User(2, 100, 100, 100)]);

        Assert.Equal(new Tier(1, "Tier 2", 400, TierMethod.LimitHit, 3, 50), tiers[0]);
        Assert.Equal("Tier 1", tiers[1].Label);
    }

    [Fact]
    public void Decide_NewLimitHit_TakesTheInferredLabelAndWhatTheWindowHeld()
    {
        var tier = Assert.Single(TierRule.Decide([User(1, 100, 100, 100) with { Hit = new LimitHit(50, 90) }]));

        Assert.Equal(("Tier 1", 90L, TierMethod.LimitHit), (tier.Label, tier.PeakTokens, tier.Method));
    }

    [Theory]
    [InlineData(180, TierMethod.LimitHit)]
    [InlineData(181, TierMethod.Inferred)]
    public void Decide_LaterPeakFarAboveTheHit_EndsIt(long later, string method)
    {
        var input = new TierInput(1, [new(10, 90), new(20, 95), new(60, later)], new LimitHit(50, 100), null);

        Assert.Equal(method, Assert.Single(TierRule.Decide([input])).Method);
    }

    [Fact]
    public void Decide_NothingLeftInThePeriod_LeavesNoTier()
    {
        Assert.Empty(TierRule.Decide([new TierInput(1, [], null, new Tier(1, "Tier 1", 1, TierMethod.Inferred, 3, null))]));
    }

    private static TierInput User(long id, params long[] peaks) => new(id, [.. peaks.Select((billed, i) => new Peak(i, billed))], null, null);
}
