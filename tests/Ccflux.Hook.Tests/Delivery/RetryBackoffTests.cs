using Ccflux.Hook.Delivery;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class RetryBackoffTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Next_AgainAndAgain_GrowsToAMinuteAndEnds()
    {
        var backoff = new RetryBackoff(_time, TimeSpan.FromMinutes(15), new Random(1));
        var start = _time.GetUtcNow();
        var waits = new List<double>();
        while (backoff.Next(null) is { } wait)
        {
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait);
        }

        Assert.InRange(waits[0], 0.75, 1.25);
        Assert.InRange(waits[^1], 45, 75);
        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public void Next_ReceiverAsks_WaitsAtLeastThat()
    {
        var backoff = new RetryBackoff(_time, TimeSpan.FromMinutes(15), new Random(1));

        Assert.InRange(backoff.Next(TimeSpan.FromSeconds(90))!.Value.TotalSeconds, 90, 113);
        Assert.Null(backoff.Next(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Next_WithoutVariation_DoublesUpToAMinute()
    {
        var backoff = Backoff(TimeSpan.FromHours(1), 0.5);

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(0, 8).Select(_ => backoff.Next(null)!.Value.TotalSeconds));
    }

    [Theory]
    [InlineData(0, 0.75)]
    [InlineData(0.8, 1.15)]
    public void Next_NothingAsked_VariesByAQuarterBothWays(double random, double seconds) =>
        Assert.Equal(seconds, Backoff(TimeSpan.FromHours(1), random).Next(null)!.Value.TotalSeconds, 6);

    [Theory]
    [InlineData(90, 0, 90)]
    [InlineData(90, 0.8, 108)]
    [InlineData(0.5, 0.8, 1.2)]
    public void Next_Asked_VariesByAQuarterUpwardsOnly(double asked, double random, double seconds) =>
        Assert.Equal(seconds, Backoff(TimeSpan.FromHours(1), random).Next(TimeSpan.FromSeconds(asked))!.Value.TotalSeconds, 6);

    [Theory]
    [InlineData(3_000, true)]
    [InlineData(2_999, false)]
    public void Next_WaitEndsWithTheTimeForRetries_IsTheLast(int total, bool waits)
    {
        var backoff = Backoff(TimeSpan.FromMilliseconds(total), 0.5);
        _time.Advance(backoff.Next(null)!.Value);

        Assert.Equal(waits, backoff.Next(null) is not null);
    }

    [Fact]
    public void Succeeded_AfterFailures_StartsAgain()
    {
        var backoff = Backoff(TimeSpan.FromSeconds(10), 0.5);
        _ = backoff.Next(null);
        _ = backoff.Next(null);
        _time.Advance(TimeSpan.FromSeconds(10));

        backoff.Succeeded();

        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Next(null));
    }

    private RetryBackoff Backoff(TimeSpan total, double random) => new(_time, total, new SameEachTime(random));

    private sealed class SameEachTime(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
