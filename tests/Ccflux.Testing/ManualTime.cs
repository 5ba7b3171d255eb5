namespace Ccflux.Testing;

/// <summary>A clock that stands still until a test moves it. Timers fire, in order of their due time, while it is moved.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward by <paramref name="by"/>, firing each timer at its own instant on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _now = end;
        }
    }

    /// <summary>Moves the clock forward by <paramref name="by"/> at once, like a machine that was asleep: what came due meanwhile fires once.</summary>
    public void Leap(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_gate)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.Due <= _now).OrderBy(timer => timer.Due)];
            foreach (var timer in due)
            {
                timer.Due = timer.Period is { } period ? _now + period : null;
            }
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    /// <summary>Moves the clock to the next timer's instant and fires what is due then; if none is due by <paramref name="limit"/>, moves it there.</summary>
    /// <returns>False if <paramref name="limit"/> was reached.</returns>
    public bool AdvanceToNextTimer(DateTimeOffset limit)
    {
        DateTimeOffset? due;
        lock (_gate)
        {
            due = Earliest()?.Due;
        }

        var now = GetUtcNow();
        var target = due is null || due > limit ? limit : due.Value > now ? due.Value : now;
        Advance(target - now);
        return due <= limit;
    }

    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            if (Earliest() is not { } next || next.Due > end)
            {
                return null;
            }

            _now = next.Due > _now ? next.Due.Value : _now;
            next.Due = next.Period is { } period ? next.Due + period : null;
            return next;
        }
    }

    /// <summary>The timer that is due first; of several, the oldest. A simulated day asks this a hundred thousand times.</summary>
    private ManualTimer? Earliest()
    {
        ManualTimer? earliest = null;
        foreach (var timer in _timers)
        {
            if (timer.Due is { } due && (earliest is null || due < earliest.Due))
            {
                earliest = timer;
            }
        }

        return earliest;
    }

    private sealed class ManualTimer(ManualTime clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan? Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                Period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : period;
                if (!clock._timers.Contains(this))
                {
                    clock._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
