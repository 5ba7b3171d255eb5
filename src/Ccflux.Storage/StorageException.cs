namespace Ccflux.Storage;

/// <summary>What a failed statement says about trying it again.</summary>
public enum StorageFault
{
    /// <summary>The statement or its data is wrong: it fails again.</summary>
    Statement,

    /// <summary>The storage failed: no space, no access, an I/O error. The same statement may succeed later.</summary>
    Transient,

    /// <summary>The statement was stopped because its time was up.</summary>
    Stopped,
}

/// <summary>A statement failed. The message is the database's own and contains no parameter values.</summary>
public sealed class StorageException : Exception
{
    public StorageException(StorageFault fault, string message)
        : base(message) => Fault = fault;

    public StorageException()
    {
    }

    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public StorageFault Fault { get; }

    public bool IsTransient => Fault == StorageFault.Transient;
}
