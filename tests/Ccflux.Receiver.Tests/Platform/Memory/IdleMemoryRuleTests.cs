using Ccflux.Receiver.Platform.Memory;

namespace Ccflux.Receiver.Tests.Platform.Memory;

public sealed class IdleMemoryRuleTests
{
    private const long Mega = 1024 * 1024;

    [Fact]
    public void IsTimeToCollect_AfterWorkAndAQuietPeriod_Once()
    {
        var rule = new IdleMemoryRule();

        Assert.False(rule.IsTimeToCollect(100 * Mega));
        Assert.True(rule.IsTimeToCollect(101 * Mega));
        Assert.False(rule.IsTimeToCollect(102 * Mega));
    }

    [Fact]
    public void IsTimeToCollect_WhileWorkGoesOn_Never()
    {
        var rule = new IdleMemoryRule();

        Assert.All(Enumerable.Range(1, 50), period => Assert.False(rule.IsTimeToCollect(period * 10 * Mega)));
    }

    [Fact]
    public void IsTimeToCollect_TheTrickleOfHealthChecks_AtMostNowAndThen()
    {
        var rule = new IdleMemoryRule();

        var collections = Enumerable.Range(1, 64).Count(period => rule.IsTimeToCollect(period * Mega));

        Assert.Equal(4, collections);
    }
}
