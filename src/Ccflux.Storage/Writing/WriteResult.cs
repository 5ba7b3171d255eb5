namespace Ccflux.Storage.Writing;

/// <summary>Result of a write. Only <see cref="Committed"/> means that it is durable.</summary>
public enum WriteStatus
{
    Committed = 1,

    /// <summary>Refused at once: the queue is full.</summary>
    QueueFull = 2,

    /// <summary>The disk is full or fails. Nothing of the write was kept; it may be tried again.</summary>
    StorageFailed = 3,
}

/// <summary>The status of a write and, if it was committed, the value it returned.</summary>
public readonly record struct WriteResult<T>(WriteStatus Status, T? Value);
