using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Counts on the 5-hour windows that a report left behind, a little at a time, so that the writer stays free for everybody else's reports.</summary>
internal sealed partial class WindowJob(GroupCommitWriter writer, UsageWriter usage, TimeProvider time, ILogger<WindowJob> logger) : BackgroundService
{
    /// <summary>Between two steps; one takes about a tenth of this.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>One step. False where nothing is left to do.</summary>
    internal async Task<bool> StepAsync()
    {
        await writer.WriteAsync(_ =>
        {
            usage.GoOnWithWindows();
            return true;
        });
        return usage.AreWindowsBehind;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What a receiver left undone that ended meanwhile is found by the first step.
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await TryStepAsync())
            {
                await usage.WindowsFellBehind.WaitAsync(stoppingToken);
                usage.WindowsFellBehind.Take();
            }

            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private async Task<bool> TryStepAsync()
    {
        try
        {
            return await StepAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.Failed(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Counting 5-hour windows anew failed; it goes on with the next report that needs it")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
