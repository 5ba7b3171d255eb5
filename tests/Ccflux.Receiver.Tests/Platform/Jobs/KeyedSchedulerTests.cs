using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Jobs;

public sealed class KeyedSchedulerTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private readonly DateTimeOffset _start;
    private readonly List<(string Key, TimeSpan At)> _runs = [];
    private readonly List<Exception> _failures = [];
    private readonly KeyedScheduler<string> _scheduler;
    private Func<string, CancellationToken, Task<DateTimeOffset?>> _work = (_, _) => Task.FromResult<DateTimeOffset?>(null);
    private TimeSpan? _againAfterFailure;

    public KeyedSchedulerTests()
    {
        _start = _time.GetUtcNow();
        _scheduler = new KeyedScheduler<string>(
            (key, token) =>
            {
                _runs.Add((key, _time.GetUtcNow() - _start));
                return _work(key, token);
            },
            (_, exception) =>
            {
                _failures.Add(exception);
                return _time.GetUtcNow() + _againAfterFailure;
            },
            _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Keys_Scheduled_RunEachAtItsOwnTime()
    {
        Schedule("b", 2);
        Schedule("a", 1);
        Schedule("past", -5);

        _time.Advance(3 * s_minute);

        Assert.Equal([("past", TimeSpan.Zero), ("a", s_minute), ("b", 2 * s_minute)], _runs);
    }

    [Fact]
    public void Run_ThatReturnsATime_RunsAgainThen()
    {
        _work = (_, _) => Task.FromResult<DateTimeOffset?>(_runs.Count < 3 ? _time.GetUtcNow() + s_minute : null);
        Schedule("a", 1);

        _time.Advance(10 * s_minute);

        Assert.Equal([1, 2, 3], Minutes());
    }

    [Fact]
    public void Key_Rescheduled_HasOneTime()
    {
        Schedule("a", 1);
        Schedule("a", 5);
        _time.Advance(3 * s_minute);
        Assert.Empty(_runs);
        Schedule("a", 4);

        _time.Advance(10 * s_minute);

        Assert.Equal([4], Minutes());
    }

    [Fact]
    public void Key_Removed_DoesNotRun()
    {
        Schedule("a", 1);
        Schedule("b", 1);

        _scheduler.Remove("a");
        _scheduler.Remove("unknown");
        _time.Advance(2 * s_minute);

        Assert.Equal("b", Assert.Single(_runs).Key);
    }

    [Fact]
    public async Task Key_DueAgainWhileItRuns_WaitsForItsEnd()
    {
        var ends = Hold();
        Schedule("a", 1);
        _time.Advance(s_minute);
        Schedule("a", 2);

        _time.Advance(10 * s_minute);
        Assert.True(_scheduler.IsRunning("a"));
        Assert.Equal([1], Minutes());
        ends.SetResult(null);
        await IdleAsync();
        _time.Advance(TimeSpan.Zero);

        Assert.Equal([1, 11], Minutes());
    }

    [Fact]
    public async Task Key_RescheduledWhileItRuns_KeepsThatTime_WhateverTheRunReturns()
    {
        var ends = Hold();
        Schedule("a", 1);
        _time.Advance(s_minute);

        Schedule("a", 7);
        ends.SetResult(_start + (3 * s_minute));
        await IdleAsync();
        _work = (_, _) => Task.FromResult<DateTimeOffset?>(_time.GetUtcNow() + s_minute);
        _time.Advance(7 * s_minute);

        Assert.Equal([1, 7, 8], Minutes());
    }

    [Fact]
    public async Task Key_RemovedWhileItRuns_IsNotRunAgain_UnlessItIsAddedAgain()
    {
        var ends = Hold();
        Schedule("a", 1);
        Schedule("b", 1);
        _time.Advance(s_minute);

        _scheduler.Remove("a");
        _scheduler.Remove("b");
        Schedule("b", 4);
        ends.SetResult(_start + (3 * s_minute));
        await IdleAsync();
        _time.Advance(10 * s_minute);

        Assert.Equal([("a", s_minute), ("b", s_minute), ("b", 4 * s_minute)], _runs);
    }

    [Fact]
    public async Task Key_Slow_DoesNotDelayOthers()
    {
        var ends = Hold("slow");
        Schedule("slow", 1);
        Schedule("a", 2);

        _time.Advance(3 * s_minute);

        Assert.Equal(["slow", "a"], _runs.Select(run => run.Key));
        Assert.Equal(1, _scheduler.Running);
        Assert.False(_scheduler.WhenIdleAsync().IsCompleted);
        ends.SetResult(null);
        await IdleAsync();
        Assert.Equal(0, _scheduler.Running);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ThatFails_IsReported_AndRunsAgainWhenTheReportSays(bool atOnce)
    {
        _againAfterFailure = 2 * s_minute;
        var ends = Hold();
        _work = atOnce ? (_, _) => throw new InvalidOperationException("broken") : _work;
        Schedule("a", 1);
        _time.Advance(s_minute);
        ends.SetException(new InvalidOperationException("broken"));
        await IdleAsync();

        _work = (_, _) => Task.FromResult<DateTimeOffset?>(null);
        _time.Advance(10 * s_minute);

        Assert.Equal("broken", Assert.Single(_failures).Message);
        Assert.Equal([1, 3], Minutes());
    }

    [Fact]
    public async Task Stop_WhileAKeyRuns_CancelsItWaitsForItAndStartsNoMore()
    {
        var hasEnded = false;
        var mayEnd = new TaskCompletionSource();
        _work = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await mayEnd.Task;
            hasEnded = true;
            token.ThrowIfCancellationRequested();
            return null;
        };
        Schedule("a", 1);
        Schedule("b", 2);
        _time.Advance(s_minute);

        var stopped = _scheduler.StopAsync(Cancellation);
        Schedule("c", 2);
        _time.Advance(10 * s_minute);
        Assert.False(stopped.IsCompleted);
        mayEnd.SetResult();
        await stopped.WaitAsync(TestDeadline.Ample, Cancellation);

        Assert.True(hasEnded);
        Assert.Equal("a", Assert.Single(_runs).Key);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Stop_RunThatDoesNotEnd_WaitsOnlyAsLongAsItMay()
    {
        var ends = Hold();
        Schedule("a", 1);
        _time.Advance(s_minute);
        using var limit = new CancellationTokenSource();

        var stopped = _scheduler.StopAsync(limit.Token);
        Assert.False(stopped.IsCompleted);
        await limit.CancelAsync();
        await stopped.WaitAsync(TestDeadline.Ample, Cancellation);

        Assert.Equal(1, _scheduler.Running);
        ends.SetResult(_time.GetUtcNow());
        await IdleAsync();
        _time.Advance(s_minute);
        Assert.Single(_runs);
    }

    [Fact]
    public void Key_DueWithinAMillisecond_RunsOnceItIsDue()
    {
        var due = TimeSpan.FromMicroseconds(1500);
        _scheduler.Schedule("a", _start + due);

        _time.Advance(due);
        Assert.Empty(_runs);
        _time.Advance(TimeSpan.FromMicroseconds(500));

        Assert.Equal(TimeSpan.FromMilliseconds(2), Assert.Single(_runs).At);
    }

    [Fact]
    public void Key_DueInMonths_RunsThen()
    {
        var due = TimeSpan.FromDays(100);
        _scheduler.Schedule("a", _start + due);

        _time.Advance(due - s_minute);
        Assert.Empty(_runs);
        _time.Advance(s_minute);

        Assert.Equal(("a", due), Assert.Single(_runs));
        using var system = new KeyedScheduler<int>((_, _) => Task.FromResult<DateTimeOffset?>(null), (_, _) => null, TimeProvider.System);
        system.Schedule(1, TimeProvider.System.GetUtcNow() + due);
    }

    public void Dispose() => _scheduler.Dispose();

    private void Schedule(string key, int minute) => _scheduler.Schedule(key, _start + (minute * s_minute));

    private IEnumerable<double> Minutes() => _runs.Select(run => run.At.TotalMinutes);

    private Task IdleAsync() => _scheduler.WhenIdleAsync().WaitAsync(TestDeadline.Ample, Cancellation);

    /// <summary>Lets the first run of each key, or only that of one, last until the test ends it.</summary>
    private TaskCompletionSource<DateTimeOffset?> Hold(string? only = null)
    {
        var ends = new TaskCompletionSource<DateTimeOffset?>();
        var held = new HashSet<string>(StringComparer.Ordinal);
        _work = (key, _) => (only is null || string.Equals(only, key, StringComparison.Ordinal)) && held.Add(key) ? ends.Task : Task.FromResult<DateTimeOffset?>(null);
        return ends;
    }
}
