namespace Ccflux.Storage.Writing;

/// <summary>A write that waits in the writer's queue. It may run more than once: if another entry in the same
/// transaction fails, everything that this one did is rolled back and it runs again, alone.</summary>
public abstract class WriteEntry
{
    /// <summary>Approximate number of fact rows that it writes: the unit in which the size of a transaction is measured.</summary>
    public virtual int Weight => 1;

    /// <summary>True for what the database does not run inside a transaction, such as a checkpoint.</summary>
    public virtual bool OutsideTransaction => false;

    internal abstract void Run(WriteSession session);

    internal abstract void Complete(WriteStatus status);

    internal abstract void Fault(Exception exception);
}

/// <summary>A write that returns a <typeparamref name="T"/> once it is committed.</summary>
public abstract class WriteEntry<T> : WriteEntry
{
    private readonly TaskCompletionSource<WriteResult<T>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;

    internal Task<WriteResult<T>> Done => _done.Task;

    protected abstract T Write(WriteSession session);

    internal sealed override void Run(WriteSession session) => _value = Write(session);

    internal sealed override void Complete(WriteStatus status) =>
        _done.TrySetResult(new WriteResult<T>(status, status == WriteStatus.Committed ? _value : default));

    internal sealed override void Fault(Exception exception) => _done.TrySetException(exception);
}

/// <summary>A write given as a function.</summary>
internal sealed class WriteFunction<T>(Func<WriteSession, T> write, bool outsideTransaction) : WriteEntry<T>
{
    public override bool OutsideTransaction => outsideTransaction;

    protected override T Write(WriteSession session) => write(session);
}
