namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>Work that a background service does again and again.</summary>
internal static class PeriodicLoop
{
    /// <summary>A first round at once, then one a period. A round that fails is told and the next one comes all the same: an exception that
    /// left the service would end the whole receiver.</summary>
    /// <param name="failed">Logs what went wrong.</param>
    /// <exception cref="OperationCanceledException">The receiver stops.</exception>
    public static async Task RunAsync(
        TimeProvider time, TimeSpan period, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        await RoundAsync(round, failed, stoppingToken);
        await RunLaterAsync(time, period, round, failed, stoppingToken);
    }

    /// <summary>The same, but for the round at once.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task RunLaterAsync(
        TimeProvider time, TimeSpan period, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RoundAsync(round, failed, stoppingToken);
        }
    }

    /// <summary>The same; from the first round on, <paramref name="wake"/> has one come in between, at most one in <paramref name="pause"/>.</summary>
    /// <inheritdoc cref="RunLaterAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, Action{Exception}, CancellationToken)"/>
    public static async Task RunLaterAsync(
        TimeProvider time, TimeSpan period, WakeSignal wake, TimeSpan pause, Func<CancellationToken, Task> round, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        await timer.WaitForNextTickAsync(stoppingToken);
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
