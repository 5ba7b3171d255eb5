namespace Ccflux.Storage.Reading;

/// <summary>Why a read was refused.</summary>
public enum ReadRefusal
{
    /// <summary>The caller's share of the readers is in use by the caller's own requests.</summary>
    CallerBusy = 1,

    /// <summary>No reader became free in time.</summary>
    Busy = 2,

    /// <summary>The statement was stopped because its time was up.</summary>
    TooSlow = 3,

    /// <summary>The database file is locked or cannot be read right now.</summary>
    Unreadable = 4,
}

/// <summary>A read that had to wait for too long. Trying again later may help.</summary>
public sealed class ReadRefusedException : Exception
{
    public ReadRefusedException(ReadRefusal reason)
        : base($"A read was refused: {reason}")
    {
        Reason = reason;
    }

    public ReadRefusedException()
    {
    }

    public ReadRefusedException(string message)
        : base(message)
    {
    }

    public ReadRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ReadRefusal Reason { get; }

    /// <summary>The refusal that a failed read corresponds to; null if it failed for a reason that waiting does not fix.</summary>
    public static ReadRefusal? ReasonOf(Exception exception) => exception switch
    {
        ReadRefusedException refused => refused.Reason,
        StorageException { Fault: StorageFault.Stopped } => ReadRefusal.TooSlow,
        StorageException { Fault: StorageFault.Transient } => ReadRefusal.Unreadable,
        _ => null,
    };
}
