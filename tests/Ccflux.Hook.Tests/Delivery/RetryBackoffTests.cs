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
}
