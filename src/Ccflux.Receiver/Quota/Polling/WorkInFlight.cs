namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Counts work in progress, so that stopping can wait for it.</summary>
internal sealed class WorkInFlight
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _running;

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

    public void Begin()
    {
        lock (_gate)
        {
            _running++;
        }
    }

    public void End()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (--_running == 0)
            {
                idle = _idle;
                _idle = null;
            }
        }

        idle?.SetResult();
    }

    /// <summary>Completes when nothing runs.</summary>
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
}
