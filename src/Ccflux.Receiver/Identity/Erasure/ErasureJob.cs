using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>Carries out erasures: those that a page asked for at once, those that a command left in the database within seconds, and those that a stop interrupted at the start.</summary>
internal sealed partial class ErasureJob(Erasures erasures, ErasureWakeSignal wake, TimeProvider time, ILogger<ErasureJob> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, Interval, wake, TimeSpan.Zero, erasures.RunAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Erasing a person failed; it goes on in two seconds")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
