using System.Collections.Concurrent;

namespace Ccflux.Receiver.Platform;

/// <summary>What was read from the database a moment ago. Entries are believed for <see cref="Lifetime"/> only, so that a change made by
/// hand or by another process holds soon; a change made here clears the cache at once. Full, it starts anew.</summary>
internal sealed class RecentCache<TKey, TValue>(TimeProvider time)
    where TKey : notnull
{
    public const int Capacity = 20_000;
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _entries = new();
    private int _generation;

    /// <summary>To be read before the database is, and given to <see cref="Add"/>: what was read before a <see cref="Clear"/> is not kept.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public bool TryGet(TKey key, out TValue value)
    {
        if (_entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < Lifetime)
        {
            value = entry.Value;
            return true;
        }

        value = default!;
        return false;
    }

    public void Add(TKey key, TValue value, int generation)
    {
        if (_entries.Count >= Capacity)
        {
            _entries.Clear();
        }

        _entries[key] = (value, time.GetTimestamp());
        if (Generation != generation)
        {
            _entries.TryRemove(key, out _);
        }
    }

    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _entries.Clear();
    }
}
