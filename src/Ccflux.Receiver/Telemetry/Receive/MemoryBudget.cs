namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Limits the memory of all OTLP messages that are being read or wait to be stored (OTLP_MEMORY_MB), and of each user's messages: a quarter
/// of it, or what four messages of the largest size need. When it is used up, senders are asked to retry.</summary>
internal sealed class MemoryBudget
{
    private const int Users = 4;

    private readonly long _limit;
    private readonly CallerShares _shares;
    private long _used;

    public MemoryBudget(TelemetryOptions options)
    {
        _limit = options.MemoryMb * 1024L * 1024;
        _shares = new CallerShares(Math.Max(_limit / Users, 4 * options.BodyLimitKb * 1024L));
    }

    /// <param name="user">The user who sent the message; null with the organisation's token.</param>
    public MemoryLease Open(long? user) => new(this, user);

    internal bool TryTake(long? user, long bytes)
    {
        if (!_shares.TryTake(user, bytes))
        {
            return false;
        }

        if (Interlocked.Add(ref _used, bytes) <= _limit || bytes <= 0)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        _shares.TryTake(user, -bytes);
        return false;
    }
}

/// <summary>The share of one message, until it is disposed.</summary>
internal sealed class MemoryLease(MemoryBudget budget, long? user) : IDisposable
{
    /// <summary>The size of the share in bytes.</summary>
    public long Held { get; private set; }

    /// <summary>The largest size that the share ever had, in bytes.</summary>
    public long Peak { get; private set; }

    private long _reserved;

    /// <summary>Reserves this many bytes in addition to the share, for the result of a message or for decompressing it; false if not enough are left.</summary>
    public bool TryReserve(long bytes)
    {
        if (!budget.TryTake(user, bytes))
        {
            return false;
        }

        _reserved += bytes;
        return true;
    }

    /// <summary>Returns what was reserved.</summary>
    public void EndReserve()
    {
        _ = budget.TryTake(user, -_reserved);
        _reserved = 0;
    }

    /// <summary>Sets the share to this many bytes; false, leaving it unchanged, if not enough are left.</summary>
    public bool TryHold(long bytes)
    {
        if (!budget.TryTake(user, bytes - Held))
        {
            return false;
        }

        Held = bytes;
        Peak = Math.Max(Peak, bytes);
        return true;
    }

    public void Dispose()
    {
        EndReserve();
        _ = TryHold(0);
    }
}
