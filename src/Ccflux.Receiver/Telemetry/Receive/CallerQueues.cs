using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Runs one message per user at a time, in order of arrival: a user who sends many gets no more of the processors and the writer than one who sends one.
/// <see cref="MemoryBudget"/> limits the memory of the waiting messages.</summary>
internal sealed class CallerQueues
{
    private readonly Dictionary<long, Queue> _queues = [];

    /// <summary>Users with a message in progress or waiting.</summary>
    public int Users
    {
        get
        {
            lock (_queues)
            {
                return _queues.Count;
            }
        }
    }

    /// <param name="user">Null for the organisation's token: there is no single user to queue for.</param>
    public async Task<T> RunAsync<T>(long? user, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (user is not { } key)
        {
            return await work();
        }

        var queue = Join(key);
        try
        {
            await queue.Free.WaitAsync(cancellationToken);
            try
            {
                return await work();
            }
            finally
            {
                queue.Free.Release();
            }
        }
        finally
        {
            Leave(key, queue);
        }
    }

    private Queue Join(long user)
    {
        lock (_queues)
        {
            ref var queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_queues, user, out _);
            queue ??= new Queue();
            queue.Length++;
            return queue;
        }
    }

    private void Leave(long user, Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Length == 0)
            {
                _queues.Remove(user);
            }
        }
    }

    private sealed class Queue
    {
        public SemaphoreSlim Free { get; } = new(1);

        public int Length { get; set; }
    }
}
