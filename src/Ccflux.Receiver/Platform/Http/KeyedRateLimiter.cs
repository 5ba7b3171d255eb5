using System.Collections.Concurrent;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// Limits how often each key (a user, an IP address) may do something: <c>burst</c> times at once, refilled evenly at <c>perMinute</c>.
/// A key costs one number: the instant at which its allowance is full again. At most <c>capacity</c> keys are kept; while all of them are
/// in use, further keys share one allowance, so that strangers cannot fill the memory.
/// </summary>
internal sealed class KeyedRateLimiter(int perMinute, int burst, int capacity, TimeProvider time)
{
    private const string Overflow = "";

    private readonly ConcurrentDictionary<string, long> _fullAt = new(StringComparer.Ordinal);
    private readonly long _interval = Math.Max(1, 60 * time.TimestampFrequency / perMinute);
    private readonly Lock _sweeping = new();
    private int _keys;

    /// <summary>The number of keys.</summary>
    public int Keys => Volatile.Read(ref _keys);

    /// <summary>Takes one from the allowance of <paramref name="key"/>; if none is left, returns how long to wait.</summary>
    public bool TryTake(string key, out TimeSpan retryAfter) => Take(key, 1, mayOwe: false, out retryAfter);

    /// <summary>For work whose cost is known only afterwards: whether any allowance is left. If not, returns how long to wait.</summary>
    public bool HasRoom(string key, out TimeSpan retryAfter)
    {
        var isHeld = _fullAt.TryGetValue(key, out var fullAt) || (Keys >= capacity && _fullAt.TryGetValue(Overflow, out fullAt));
        var early = fullAt - time.GetTimestamp() - (_interval * burst);
        var isUsedUp = isHeld && early >= 0;
        retryAfter = isUsedUp ? time.GetElapsedTime(0, early + _interval) : TimeSpan.Zero;
        return !isUsedUp;
    }

    /// <summary>Takes an amount, even beyond the allowance; the next caller waits for the debt.</summary>
    public void Charge(string key, long amount) => Take(key, amount, mayOwe: true, out _);

    /// <summary>Returns what <see cref="TryTake"/> took, for limits that count failures only.</summary>
    public void GiveBack(string key)
    {
        while (_fullAt.TryGetValue(key, out var fullAt))
        {
            if (_fullAt.TryUpdate(key, fullAt - _interval, fullAt))
            {
                return;
            }
        }
    }

    private bool Take(string key, long amount, bool mayOwe, out TimeSpan retryAfter)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            var known = _fullAt.TryGetValue(key, out var fullAt);
            if (!known && !string.Equals(key, Overflow, StringComparison.Ordinal) && !CanAdd(now))
            {
                key = Overflow;
                continue;
            }

            var next = Math.Max(fullAt, now) + (_interval * amount);
            var early = next - now - (_interval * burst);
            if (known && early > 0 && !mayOwe)
            {
                retryAfter = time.GetElapsedTime(0, early);
                return false;
            }

            if (known ? _fullAt.TryUpdate(key, next, fullAt) : TryAdd(key, next))
            {
                retryAfter = TimeSpan.Zero;
                return true;
            }
        }
    }

    private bool TryAdd(string key, long fullAt)
    {
        var added = _fullAt.TryAdd(key, fullAt);
        if (added)
        {
            Interlocked.Increment(ref _keys);
        }

        return added;
    }

    private bool CanAdd(long now)
    {
        if (Keys < capacity)
        {
            return true;
        }

        lock (_sweeping)
        {
            if (Keys < capacity)
            {
                return true;
            }

            foreach (var entry in _fullAt)
            {
                // A full allowance need not be remembered.
                if (entry.Value <= now && _fullAt.TryRemove(entry))
                {
                    Interlocked.Decrement(ref _keys);
                }
            }

            return Keys < capacity;
        }
    }
}
