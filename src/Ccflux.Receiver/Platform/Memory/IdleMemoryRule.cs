namespace Ccflux.Receiver.Platform.Memory;

/// <summary>Decides when the process is idle after work: the moment to return memory. Receives the bytes allocated so far, once per period.</summary>
internal sealed class IdleMemoryRule
{
    /// <summary>Less than this in a period counts as idle: health checks, scrapes and heartbeats never stop.</summary>
    public const long QuietBytes = 4 * 1024 * 1024;

    /// <summary>Less than this since the last collection is not worth another.</summary>
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
