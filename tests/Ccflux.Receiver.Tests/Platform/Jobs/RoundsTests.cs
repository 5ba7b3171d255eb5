using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Jobs;

public sealed class RoundsTests
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
        var running = Rounds.RunAsync(time, s_period, _ => Round(), told.Add, stop.Token);

        time.Advance(s_period);
        await second.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
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
        var running = Rounds.RunLaterAsync(time, s_period, _ => Task.FromResult(++rounds), _ => { }, stop.Token);

        time.Advance(s_period - TimeSpan.FromSeconds(1));

        Assert.Equal(0, rounds);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task RunLaterAsync_Nudged_ComesOnceAfterThePauseAndThenByTheClock()
    {
        var time = new ManualTime();
        var pause = TimeSpan.FromSeconds(1);
        var nudge = new Nudge();
        using var stop = new CancellationTokenSource();
        using var round = new SemaphoreSlim(0);
        nudge.Give();
        nudge.Give();
        var running = Rounds.RunLaterAsync(time, s_period, nudge, pause, _ => Task.FromResult(round.Release()), _ => { }, stop.Token);

        time.Advance(pause - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, round.CurrentCount);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await round.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.False(nudge.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        time.Advance(s_period - pause);
        Assert.True(await round.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, round.CurrentCount);
    }
}
