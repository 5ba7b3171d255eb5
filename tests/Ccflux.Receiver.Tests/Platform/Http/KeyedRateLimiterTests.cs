using Ccflux.Receiver.Platform.Http;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Http;

public sealed class KeyedRateLimiterTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void TryTake_BurstSpent_RefusesAndSaysForHowLong()
    {
        var limit = new KeyedRateLimiter(perMinute: 30, burst: 3, capacity: 10, _time);

        Assert.True(limit.TryTake("a", out _) && limit.TryTake("a", out _) && limit.TryTake("a", out _));
        Assert.False(limit.TryTake("a", out var wait));
        Assert.Equal(TimeSpan.FromSeconds(2), wait);
        Assert.True(limit.TryTake("b", out _));
    }

    [Fact]
    public void TryTake_AfterTheWait_Passes()
    {
        var limit = new KeyedRateLimiter(perMinute: 30, burst: 1, capacity: 10, _time);
        Assert.True(limit.TryTake("a", out _));
        Assert.False(limit.TryTake("a", out var wait));

        _time.Advance(wait);

        Assert.True(limit.TryTake("a", out _));
    }

    [Fact]
    public void Charge_BeyondTheAllowance_IsOwedAndWaitedFor()
    {
        var limit = new KeyedRateLimiter(perMinute: 60, burst: 60, capacity: 10, _time);
        Assert.True(limit.HasRoom("a", out _));

        limit.Charge("a", 59);
        Assert.True(limit.HasRoom("a", out _));
        limit.Charge("a", 31);

        Assert.False(limit.HasRoom("a", out var wait));
        Assert.Equal(TimeSpan.FromSeconds(31), wait);
        Assert.True(limit.HasRoom("b", out _));
        _time.Advance(wait);
        Assert.True(limit.HasRoom("a", out _));
    }

    [Fact]
    public void Charge_MoreKeysThanCapacity_StrangersShareOneAllowance()
    {
        var limit = new KeyedRateLimiter(perMinute: 1, burst: 2, capacity: 1, _time);
        limit.Charge("known", 1);

        limit.Charge("stranger", 2);

        Assert.False(limit.HasRoom("another stranger", out _));
        Assert.True(limit.HasRoom("known", out _));
        Assert.Equal(2, limit.Keys);
    }

    [Fact]
    public void TryTake_LongRun_KeepsTheRate()
    {
        var limit = new KeyedRateLimiter(perMinute: 60, burst: 5, capacity: 10, _time);

        var taken = 0;
        for (var i = 0; i < 600; i++)
        {
            taken += limit.TryTake("a", out _) ? 1 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(64, taken);
    }

    [Fact]
    public void TryTake_MoreKeysThanCapacity_StrangersShareOneAllowance()
    {
        var limit = new KeyedRateLimiter(perMinute: 1, burst: 2, capacity: 100, _time);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(limit.TryTake($"known-{i}", out _));
        }

        Assert.True(limit.TryTake("stranger-1", out _) && limit.TryTake("stranger-2", out _));
        Assert.False(limit.TryTake("stranger-3", out _));
        Assert.True(limit.TryTake("known-5", out _));
        Assert.True(limit.Keys <= 101);
    }

    [Fact]
    public void TryTake_OldKeysRested_MakeRoom()
    {
        var limit = new KeyedRateLimiter(perMinute: 60, burst: 2, capacity: 100, _time);
        for (var i = 0; i < 100; i++)
        {
            limit.TryTake($"known-{i}", out _);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        limit.TryTake("new", out _);

        Assert.Equal(1, limit.Keys);
    }

    [Fact]
    public void GiveBack_LeavesTheAllowanceAsItWas()
    {
        var limit = new KeyedRateLimiter(perMinute: 1, burst: 1, capacity: 10, _time);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(limit.TryTake("a", out _));
            limit.GiveBack("a");
        }
    }

    [Fact]
    public async Task TryTake_ManyThreads_NeverGivesMoreThanTheBurst()
    {
        var limit = new KeyedRateLimiter(perMinute: 1, burst: 50, capacity: 10, _time);

        var taken = 0;
        await Parallel.ForAsync(0, 500, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (limit.TryTake("a", out var _))
            {
                Interlocked.Increment(ref taken);
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal(50, taken);
    }
}
