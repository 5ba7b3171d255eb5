using System.Collections.Concurrent;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Jobs;

public sealed class PeriodicLoopTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task RunAsync_ARoundFails_IsToldAndTheNextComes()
    {
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        var rounds = 0;
        var told = new List<Exception>();
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = PeriodicLoop.RunAsync(time, s_period, _ => Round(), told.Add, stop.Token);

        time.Advance(s_period);
        await second.Task.WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);
        while (!third.Task.IsCompleted)
        {
            time.Advance(s_period);
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("first", Assert.Single(told).Message);

        Task Round()
        {
            switch (++rounds)
            {
                case 1:
                    throw new InvalidOperationException("first");
                case 2:
                    second.SetResult();
                    break;
                case 3:
                    third.SetResult();
                    break;
            }

            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task RunLaterAsync_BeforeThePeriodIsOver_DoesNothing()
    {
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        var rounds = 0;
        var running = PeriodicLoop.RunLaterAsync(time, s_period, _ => Task.FromResult(++rounds), _ => { }, stop.Token);

        time.Advance(s_period - TimeSpan.FromSeconds(1));

        Assert.Equal(0, rounds);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task RunLaterAsync_Woken_ComesAfterThePauseToo_ButFirstByTheClock()
    {
        var time = new ManualTime();
        var start = time.GetUtcNow();
        var pause = TimeSpan.FromMilliseconds(50);
        var wake = new WakeSignal();
        var rounds = new ConcurrentQueue<TimeSpan>();
        using var stop = new CancellationTokenSource();
        wake.Give();
        var running = PeriodicLoop.RunLaterAsync(time, s_period, wake, pause, _ => Round(), _ => { }, stop.Token);
        time.Advance(s_period - pause);
        Assert.Empty(rounds);

        // When the pause starts is up to the thread pool: the clock is moved slowly, and far from the next tick.
        while (rounds.Count < 2)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }

        time.Advance(s_period);
        while (rounds.Count < 3)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var (first, second, third) = (rounds.ElementAt(0), rounds.ElementAt(1), rounds.ElementAt(2));
        Assert.InRange(first, s_period, (2 * s_period) - pause);
        Assert.InRange(second, first + pause, (2 * s_period) - pause);
        Assert.InRange(third, 2 * s_period, 3 * s_period);

        Task Round()
        {
            rounds.Enqueue(time.GetUtcNow() - start);
            if (rounds.Count == 1)
            {
                wake.Give();
                wake.Give();
            }

            return Task.CompletedTask;
        }
    }
}
