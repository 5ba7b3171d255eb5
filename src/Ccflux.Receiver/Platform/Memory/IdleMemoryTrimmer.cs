using System.Runtime;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Platform.Memory;

/// <summary>Returns memory to the system once the process is idle. The collector itself has no reason to: without allocations it does
/// not run, and what a burst of work left stays resident for as long as nothing happens.</summary>
internal sealed class IdleMemoryTrimmer(TimeProvider time, ReadSessions readers) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rule = new IdleMemoryRule();
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (rule.IsTimeToCollect(GC.GetTotalAllocatedBytes()))
            {
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                // SQLite's page caches are the larger part of the C heap, and what is freed there stays resident until it is trimmed.
                readers.CloseIdle();
                NativeHeap.Trim();
            }
        }
    }
}
