using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>One message of a user at a time, in the order in which they came: who sends many gets no more of the processors and the writer than who sends one.
/// What the messages that wait may hold is for <see cref="MemoryBudget"/> to bound.</summary>
internal sealed class CallerQueues
{
    private readonly Dictionary<long, Queue> _queues = [];

    /// <summary>Users with a message in work or waiting.</summary>
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

    /// <param name="user">Null, for the organisation's token: there is no one user to queue for.</param>
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
