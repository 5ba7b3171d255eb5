namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>What all OTLP messages that are being read or wait to be stored may hold together (OTLP_MEMORY_MB). Who comes when it is
/// used up is told to come again.</summary>
internal sealed class MemoryBudget(TelemetryOptions options)
{
    private readonly long _limit = options.MemoryMb * 1024L * 1024;
    private long _used;

    public MemoryLease Open() => new(this);

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= _limit || bytes <= 0)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }
}

/// <summary>One message's share, until it is disposed.</summary>
internal sealed class MemoryLease(MemoryBudget budget) : IDisposable
{
    /// <summary>Bytes of the share.</summary>
    public long Held { get; private set; }

    /// <summary>Sets the share to so many bytes; false, and as before, where there are not so many left.</summary>
    public bool TryHold(long bytes)
    {
        if (!budget.TryTake(bytes - Held))
        {
            return false;
        }

        Held = bytes;
        return true;
    }

    public void Dispose() => _ = TryHold(0);
}
