namespace Ccflux.Receiver.Platform.Http;

/// <summary>Decides which failures are logged: one per minute for each route and kind of exception, since a failure that a caller can repeat would
/// otherwise let the caller fill the disk. The others are counted.</summary>
internal sealed class FailureSample(TimeProvider time)
{
    /// <summary>The maximum number of kinds. Routes and exceptions are few; this bounds them anyway.</summary>
    private const int MaxKinds = 1000;

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Route, Type Kind), (long LoggedAt, int Unlogged)> _kinds = [];
    private readonly Lock _lock = new();

    /// <param name="route">Where it failed.</param>
    /// <param name="kind">The exception's type.</param>
    /// <param name="unlogged">The number of failures of this kind since the last one that was logged.</param>
    public bool IsDue(string route, Type kind, out int unlogged)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            unlogged = 0;
            if (_kinds.TryGetValue((route, kind), out var known))
            {
                if (time.GetElapsedTime(known.LoggedAt, now) < s_pause)
                {
                    _kinds[(route, kind)] = known with { Unlogged = known.Unlogged + 1 };
                    return false;
                }

                unlogged = known.Unlogged;
            }
            else if (_kinds.Count >= MaxKinds)
            {
                _kinds.Clear();
            }

            _kinds[(route, kind)] = (now, 0);
            return true;
        }
    }
}
