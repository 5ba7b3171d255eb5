namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>Work that a background service repeats at an interval.</summary>
internal static class PeriodicLoop
{
    /// <summary>Runs a first round at once, then one per period. A round that fails is logged and the next one runs anyway: an exception that
    /// left the service would stop the whole receiver.</summary>
    /// <param name="failed">Logs what went wrong.</param>
    /// <exception cref="OperationCanceledException">The receiver stops.</exception>
    public static async Task RunAsync(
        TimeProvider time, TimeSpan period, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        await RoundAsync(round, failed, stoppingToken);
        await RunLaterAsync(time, period, round, failed, stoppingToken);
    }

    /// <summary>The same, but without the immediate first round.</summary>
    /// <inheritdoc cref="RunAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, Action{Exception}, CancellationToken)"/>
    public static async Task RunLaterAsync(
        TimeProvider time, TimeSpan period, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        await RunLaterAsync(timer, round, failed, stoppingToken);
    }

    /// <summary>The same with the caller's timer. A host starts a background service on another thread, at some later time; a timer that must count from
    /// the start of the receiver is made with the service.</summary>
    /// <inheritdoc cref="RunAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, Action{Exception}, CancellationToken)"/>
    public static async Task RunLaterAsync(PeriodicTimer timer, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RoundAsync(round, failed, stoppingToken);
        }
    }

    /// <summary>The same; after the first round, <paramref name="wake"/> causes an additional round, at most one per <paramref name="pause"/>.</summary>
    /// <inheritdoc cref="RunLaterAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, Action{Exception}, CancellationToken)"/>
    public static async Task RunLaterAsync(
        TimeProvider time, TimeSpan period, WakeSignal wake, TimeSpan pause, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        await timer.WaitForNextTickAsync(stoppingToken);
        await RunAsync(timer, time, wake, pause, round, failed, stoppingToken);
    }

    /// <summary>The same, with a first round at once.</summary>
    /// <inheritdoc cref="RunLaterAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, Action{Exception}, CancellationToken)"/>
    public static async Task RunAsync(
        TimeProvider time, TimeSpan period, WakeSignal wake, TimeSpan pause, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        await RunAsync(timer, time, wake, pause, round, failed, stoppingToken);
    }

    private static async Task RunAsync(
        PeriodicTimer timer, TimeProvider time, WakeSignal wake, TimeSpan pause, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        wake.Take();
        await RoundAsync(round, failed, stoppingToken);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var woken = wake.WaitAsync(stoppingToken);
        while (true)
        {
            if (await Task.WhenAny(tick, woken) == tick)
            {
                await tick;
                tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            }
            else
            {
                await woken;
                await Task.Delay(pause, time, stoppingToken);
                wake.Take();
                woken = wake.WaitAsync(stoppingToken);
            }

            await RoundAsync(round, failed, stoppingToken);
        }
    }

    private static async Task RoundAsync(Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        try
        {
            await round(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            failed(exception);
        }
    }
}
