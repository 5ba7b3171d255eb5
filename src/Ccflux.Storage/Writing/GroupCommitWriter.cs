using System.Diagnostics;
using System.Threading.Channels;

namespace Ccflux.Storage.Writing;

/// <summary>The only writer of a database. Entries wait in a bounded queue; its thread runs as many as have arrived in one transaction and
/// completes each of them only after the commit, so that one flush to disk serves them all.</summary>
public sealed class GroupCommitWriter : IAsyncDisposable
{
    /// <summary>Entries that may wait; any more are refused at once.</summary>
    public const int DefaultCapacity = 2048;

    /// <summary>Rows that may wait in all entries together: about 30 MB of turns.</summary>
    public const int MaxWaitingRows = 20_000;

    /// <summary>Writes a page without changing it, to find out whether the disk accepts writes.</summary>
    private const string Probe = "UPDATE store SET created_at = created_at";

    /// <summary>How long after a storage failure to try again if no entry arrives before.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(5);

    private const int MaxRows = 500;
    private static readonly TimeSpan s_maxTime = TimeSpan.FromMilliseconds(5);

    private readonly Channel<WriteEntry> _queue;
    private readonly WriteConnection _connection;
    private readonly IReadOnlyList<ITransactionParticipant> _participants;
    private readonly Action<Exception> _failed;
    private readonly List<WriteEntry> _batch = [];
    private readonly Thread _thread;
    private readonly ITimer _probe;
    private long? _foreignCommits;
    private int _waitingRows;
    private volatile bool _storageFails;

    /// <param name="connection">Owned by the writer from now on.</param>
    /// <param name="participants">Notified at the end of every transaction.</param>
    /// <param name="failed">Called with every failure of a transaction, an entry or a participant, to be logged.</param>
    /// <param name="capacity">How many entries may wait.</param>
    /// <param name="time">The clock of <see cref="ProbeInterval"/>.</param>
    public GroupCommitWriter(
        WriteConnection connection,
        IEnumerable<ITransactionParticipant> participants,
        Action<Exception> failed,
        int capacity = DefaultCapacity,
        TimeProvider? time = null)
    {
        _connection = connection;
        _participants = [.. participants];
        _failed = failed;
        _queue = Channel.CreateBounded<WriteEntry>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _probe = (time ?? TimeProvider.System).CreateTimer(_ => Post(session => session.Execute(Probe)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Loop) { Name = "ccflux writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>False from the moment when the storage refuses a transaction (locked, full, failing) until it accepts one again. While it is false the
    /// writer retries by itself every <see cref="ProbeInterval"/>.</summary>
    public bool IsWritable => !_storageFails;

    public Task<WriteResult<T>> WriteAsync<T>(WriteEntry<T> entry)
    {
        if (Interlocked.Add(ref _waitingRows, entry.Weight) > MaxWaitingRows || !_queue.Writer.TryWrite(entry))
        {
            Interlocked.Add(ref _waitingRows, -entry.Weight);
            entry.Complete(WriteStatus.QueueFull);
        }

        return entry.Done;
    }

    public Task<WriteResult<T>> WriteAsync<T>(Func<WriteSession, T> write) => WriteAsync(new WriteFunction<T>(write, outsideTransaction: false));

    /// <summary>Writes without reporting the result: for notes that may be lost. A failure is logged.</summary>
    public void Post<T>(Func<WriteSession, T> write)
    {
        // Reading the exception marks it as observed.
        _ = WriteAsync(write).ContinueWith(
            static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Copies the log into the database file and empties it, as far as readers allow, so that overwritten secrets are in neither.</summary>
    public Task<WriteResult<bool>> CheckpointAsync() => WriteAsync(new WriteFunction<bool>(_ => _connection.Checkpoint(), outsideTransaction: true));

    /// <summary>Writes the whole database again and empties the log. Everything else waits, so it is for a process that serves nobody.</summary>
    public Task<WriteResult<bool>> CompactAsync() => WriteAsync(new WriteFunction<bool>(
        _ =>
        {
            _connection.Compact();
            return _connection.Checkpoint();
        },
        outsideTransaction: true));

    /// <summary>Stops accepting entries, writes those that are waiting, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var waiter = new Thread(() =>
            {
                _thread.Join();
                ended.SetResult();
            });
            waiter.Start();
            await ended.Task;
            await _probe.DisposeAsync();
            _connection.Dispose();
        }
    }

    private void Loop()
    {
        var reader = _queue.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryPeek(out var next))
            {
                if (next.OutsideTransaction)
                {
                    RunOutside(Take(reader)!);
                }
                else
                {
                    RunBatch(reader);
                }
            }
        }
    }

    private WriteEntry? Take(ChannelReader<WriteEntry> reader)
    {
        if (reader.TryRead(out var entry))
        {
            Interlocked.Add(ref _waitingRows, -entry.Weight);
        }

        return entry;
    }

    private void RunBatch(ChannelReader<WriteEntry> reader)
    {
        _batch.Clear();
        try
        {
            Begin();
            var started = Stopwatch.GetTimestamp();
            for (var rows = 0; rows < MaxRows && Stopwatch.GetElapsedTime(started) < s_maxTime && reader.TryPeek(out var next) && !next.OutsideTransaction;)
            {
                _batch.Add(Take(reader)!);
                rows += next.Weight;
                next.Run(_connection);
            }

            Commit();
        }
        catch (Exception exception)
        {
            RollBack();
            Recover(reader, exception);
            return;
        }

        Committed();
        Complete(WriteStatus.Committed);
    }

    /// <summary>Handles a failed transaction: if the storage failed, all its entries fail; otherwise each is tried alone, so that
    /// only the one that cannot be written fails.</summary>
    private void Recover(ChannelReader<WriteEntry> reader, Exception exception)
    {
        if (exception is StorageException { IsTransient: true })
        {
            // No transaction could be started, after the longest time that an entry may wait. Entries that arrived meanwhile have waited just as long.
            if (_batch.Count == 0)
            {
                TakeAll(reader);
            }

            StorageFailed(exception);
            Complete(WriteStatus.StorageFailed);
            return;
        }

        if (_batch.Count == 0 && Take(reader) is { } first)
        {
            _batch.Add(first);
        }

        foreach (var entry in _batch)
        {
            RunAlone(entry);
        }
    }

    private void TakeAll(ChannelReader<WriteEntry> reader)
    {
        // Not until the queue is empty: entries may arrive as fast as they are refused.
        for (var waiting = reader.Count; waiting > 0 && Take(reader) is { } entry; waiting--)
        {
            _batch.Add(entry);
        }
    }

    private void RunAlone(WriteEntry entry)
    {
        try
        {
            Begin();
            entry.Run(_connection);
            Commit();
        }
        catch (StorageException exception) when (exception.IsTransient)
        {
            RollBack();
            StorageFailed(exception);
            entry.Complete(WriteStatus.StorageFailed);
            return;
        }
        catch (Exception exception)
        {
            RollBack();
            _failed(exception);
            entry.Fault(exception);
            return;
        }

        Committed();
        entry.Complete(WriteStatus.Committed);
    }

    private void RunOutside(WriteEntry entry)
    {
        try
        {
            entry.Run(_connection);
        }
        catch (StorageException exception) when (exception.IsTransient)
        {
            StorageFailed(exception);
            entry.Complete(WriteStatus.StorageFailed);
            return;
        }
        catch (Exception exception)
        {
            _failed(exception);
            entry.Fault(exception);
            return;
        }

        entry.Complete(WriteStatus.Committed);
    }

    private void Commit()
    {
        foreach (var participant in _participants)
        {
            participant.BeforeCommit(_connection);
        }

        _connection.Commit();
    }

    /// <summary>Notifies the participants, outside of what a failed transaction undoes: what is committed must not run again because one of
    /// them cannot be notified.</summary>
    private void Committed()
    {
        _storageFails = false;
        foreach (var participant in _participants)
        {
            try
            {
                participant.Committed();
            }
            catch (Exception exception)
            {
                _failed(exception);
            }
        }
    }

    private void StorageFailed(Exception exception)
    {
        _storageFails = true;
        _failed(exception);
        _probe.Change(ProbeInterval, Timeout.InfiniteTimeSpan);
    }

    private void RollBack()
    {
        try
        {
            _connection.RollBack();
        }
        catch (StorageException exception)
        {
            _failed(exception);
        }

        Forget();
    }

    private void Begin()
    {
        _connection.Begin();
        var commits = _connection.ForeignCommits();
        if (commits != _foreignCommits)
        {
            _foreignCommits = commits;
            Forget();
        }
    }

    private void Forget()
    {
        foreach (var participant in _participants)
        {
            participant.Forget();
        }
    }

    private void Complete(WriteStatus status)
    {
        foreach (var entry in _batch)
        {
            entry.Complete(status);
        }
    }
}
