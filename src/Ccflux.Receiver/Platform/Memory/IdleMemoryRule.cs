namespace Ccflux.Receiver.Platform.Memory;

/// <summary>When the process has come to rest after work: the moment to give memory back. Fed with the bytes allocated so far, once a period.</summary>
internal sealed class IdleMemoryRule
{
    /// <summary>Less than this in a period is rest: health checks, scrapes and heartbeats go on all the time.</summary>
    public const long QuietBytes = 4 * 1024 * 1024;

    /// <summary>Less than this since the last time is not worth a collection.</summary>
    public const long WorthBytes = 16 * 1024 * 1024;

    private long _last;
    private long _collectedAt;

    public bool IsTimeToCollect(long allocatedBytes)
    {
        var quiet = allocatedBytes - _last < QuietBytes;
        _last = allocatedBytes;
        if (!quiet || allocatedBytes - _collectedAt < WorthBytes)
        {
            return false;
        }

        _collectedAt = allocatedBytes;
        return true;
    }
}
