using System.Diagnostics.CodeAnalysis;

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

/// <summary>The status of a write and, if it was committed, the value it returned; otherwise the value is the default of its type.</summary>
public readonly record struct WriteResult<T>(WriteStatus Status, T? Value)
{
    /// <summary>Whether the write is durable.</summary>
    public bool IsCommitted => Status == WriteStatus.Committed;

    /// <summary>Whether the write is durable, and what it returned.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = Value;
        return IsCommitted;
    }

    /// <summary>What a durable write returned, or <paramref name="refused"/> if it was not committed.</summary>
    public T Or(T refused) => IsCommitted ? Value! : refused;
}
