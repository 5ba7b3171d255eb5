using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Recounts the 5-hour windows that a report left behind, a little at a time, so that the writer stays free for other users' reports.</summary>
internal sealed partial class WindowJob(GroupCommitWriter writer, UsageWriter usage, TimeProvider time, ILogger<WindowJob> logger) : BackgroundService
{
    /// <summary>The pause between two steps; a step takes about a tenth of it.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs one step. Returns false if nothing is left to do.</summary>
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
        // The first step finds what an earlier run of the receiver left unfinished.
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
        [LoggerMessage(1, LogLevel.Error, "Recounting 5-hour windows failed; it resumes with the next report that needs it")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
