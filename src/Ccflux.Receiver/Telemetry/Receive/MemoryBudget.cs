namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>What all OTLP messages that are being read or wait to be stored may hold together (OTLP_MEMORY_MB), and each user's messages: a quarter
/// of it, or what four messages of the largest size need. Who comes when it is used up is told to come again.</summary>
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

    /// <param name="user">Whose message it is; null with the organisation's token.</param>
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

/// <summary>One message's share, until it is disposed.</summary>
internal sealed class MemoryLease(MemoryBudget budget, long? user) : IDisposable
{
    /// <summary>Bytes of the share.</summary>
    public long Held { get; private set; }

    /// <summary>The most bytes that it ever was.</summary>
    public long Peak { get; private set; }

    private long _reserved;

    /// <summary>Takes so many bytes beside the share, for what may come of a message or is needed to unpack it; false where there are not so many left.</summary>
    public bool TryReserve(long bytes)
    {
        if (!budget.TryTake(user, bytes))
        {
            return false;
        }

        _reserved += bytes;
        return true;
    }

    /// <summary>Gives back what was reserved.</summary>
    public void EndReserve()
    {
        _ = budget.TryTake(user, -_reserved);
        _reserved = 0;
    }

    /// <summary>Sets the share to so many bytes; false, and as before, where there are not so many left.</summary>
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
