namespace Ccflux.Storage.Writing;

/// <summary>What became of a write. Only <see cref="Committed"/> means that it is durable.</summary>
public enum WriteStatus
{
    Committed = 1,

    /// <summary>Refused at once: as much as may wait is waiting already.</summary>
    QueueFull = 2,

    /// <summary>The disk is full or fails. Nothing of the write was kept; it may be tried again.</summary>
    StorageFailed = 3,
}

/// <summary>The status of a write and, where it was committed, what it gave back.</summary>
public readonly record struct WriteResult<T>(WriteStatus Status, T? Value);
