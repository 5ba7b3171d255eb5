namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>
/// Runs work for each key when the key is due: one time per key, and never two runs of a key at once. A run returns when its key is due again. A key that is
/// rescheduled or removed while it runs keeps what was set, whatever the run returns. Every key has a timer, so the caller bounds the number of keys.
/// </summary>
/// <param name="run">The work. Starts within the callback of the timer. Returns when the key is due again; null forgets the key.</param>
/// <param name="failed">Logs an exception of the work. Returns when the key is due again; null forgets the key.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyedScheduler<TKey>(
    Func<TKey, CancellationToken, Task<DateTimeOffset?>> run, Func<TKey, Exception, DateTimeOffset?> failed, TimeProvider time) : IDisposable
    where TKey : notnull
{
    /// <summary>Timers take at most 49 days. A key that is due later is checked once a day until then.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource? _idle;
    private int _running;
    private bool _isStopped;

    /// <summary>How many runs are in progress.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    public bool IsRunning(TKey key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var entry) && entry.IsRunning;
        }
    }

    /// <summary>Adds a key, or moves it to another time. While it runs, the time applies after the run. Does nothing once the scheduler was stopped.</summary>
    public void Schedule(TKey key, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            if (!_entries.TryGetValue(key, out var entry))
            {
                entry = new Entry(time, self => _ = RunAsync(key, self));
                _entries.Add(key, entry);
            }

            entry.IsOverridden = entry.IsRunning;
            entry.At = at;
            if (!entry.IsRunning)
            {
                Arm(entry, at);
            }
        }
    }

    /// <summary>Removes a key. A run in progress continues, and is the last one.</summary>
    public void Remove(TKey key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                return;
            }

            entry.IsOverridden = entry.IsRunning;
            entry.At = null;
            if (!entry.IsRunning)
            {
                Forget(key, entry);
            }
        }
    }

    /// <summary>Completes when no run is in progress.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            if (_running == 0)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Starts no more runs, cancels those in progress, and waits until they have ended.</summary>
    /// <param name="cancellationToken">Ends the wait. It is not an error if runs are still in progress then.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Close();
        await _stopping.CancelAsync();
        await WhenIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        Close();
        _stopping.Dispose();
    }

    private void Close()
    {
        lock (_gate)
        {
            _isStopped = true;
            foreach (var (key, entry) in _entries.Where(pair => !pair.Value.IsRunning).ToList())
            {
                Forget(key, entry);
            }
        }
    }

    private async Task RunAsync(TKey key, Entry entry)
    {
        if (!TryBegin(entry))
        {
            return;
        }

        DateTimeOffset? next = null;
        try
        {
            next = await run(key, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The scheduler was stopped.
        }
        catch (Exception exception)
        {
            next = failed(key, exception);
        }
        finally
        {
            End(key, entry, next);
        }
    }

    /// <summary>False if the timer fired for a time that no longer applies, or a little early.</summary>
    private bool TryBegin(Entry entry)
    {
        lock (_gate)
        {
            if (_isStopped || entry.IsRunning || entry.At is not { } at)
            {
                return false;
            }

            if (at > time.GetUtcNow())
            {
                Arm(entry, at);
                return false;
            }

            entry.At = null;
            entry.IsRunning = true;
            _running++;
            return true;
        }
    }

    private void End(TKey key, Entry entry, DateTimeOffset? next)
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            entry.At = entry.IsOverridden ? entry.At : next;
            entry.IsOverridden = false;
            entry.IsRunning = false;
            if (entry.At is { } at && !_isStopped)
            {
                Arm(entry, at);
            }
            else
            {
                Forget(key, entry);
            }

            if (--_running == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }

    private void Arm(Entry entry, DateTimeOffset at)
    {
        // Timers count whole milliseconds: rounded down, one would fire too early, again and again.
        var wait = Math.Clamp(Math.Ceiling((at - time.GetUtcNow()).TotalMilliseconds), 0, s_longestWait.TotalMilliseconds);
        entry.Timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }

    private void Forget(TKey key, Entry entry)
    {
        entry.At = null;
        entry.Timer.Dispose();
        _entries.Remove(key);
    }

    private sealed class Entry
    {
        public Entry(TimeProvider time, Action<Entry> due) =>
            Timer = time.CreateTimer(_ => due(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ITimer Timer { get; }

        /// <summary>When the key is due; null during its run, and after it was removed.</summary>
        public DateTimeOffset? At { get; set; }

        public bool IsRunning { get; set; }

        /// <summary>Whether <see cref="At"/> was set or cleared during the run.</summary>
        public bool IsOverridden { get; set; }
    }
}
