using System.Runtime;

namespace Ccflux.Receiver.Platform.Memory;

/// <summary>Gives memory back to the system once the process is at rest. The collector itself has no reason to: without allocations it does
/// not run, and what a burst of work left stays resident for as long as nothing happens.</summary>
internal sealed class MemoryAtRest(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rule = new RestRule();
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (rule.IsTimeToCollect(GC.GetTotalAllocatedBytes()))
            {
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }
}
