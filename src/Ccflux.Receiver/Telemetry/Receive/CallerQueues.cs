using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>One message of a user at a time, in the order in which they came: who sends many gets no more of the processors and the writer than who sends one.
/// What the messages that wait may hold is for <see cref="MemoryBudget"/> to bound.</summary>
internal sealed class CallerTurns
{
    private readonly Dictionary<long, Line> _lines = [];

    /// <summary>Users with a message in work or waiting.</summary>
    public int Users
    {
        get
        {
            lock (_lines)
            {
                return _lines.Count;
            }
        }
    }

    /// <param name="user">Null, for the organisation's token: there is nobody to take turns with.</param>
    public async Task<T> RunAsync<T>(long? user, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (user is not { } key)
        {
            return await work();
        }

        var line = Join(key);
        try
        {
            await line.Turn.WaitAsync(cancellationToken);
            try
            {
                return await work();
            }
            finally
            {
                line.Turn.Release();
            }
        }
        finally
        {
            Leave(key, line);
        }
    }

    private Line Join(long user)
    {
        lock (_lines)
        {
            ref var line = ref CollectionsMarshal.GetValueRefOrAddDefault(_lines, user, out _);
            line ??= new Line();
            line.Length++;
            return line;
        }
    }

    private void Leave(long user, Line line)
    {
        lock (_lines)
        {
            if (--line.Length == 0)
            {
                _lines.Remove(user);
            }
        }
    }

    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Length { get; set; }
    }
}
