using System.Collections.Concurrent;

namespace Ccflux.Receiver.Platform;

/// <summary>Caches what was read from the database a moment ago. Entries are valid for <see cref="Lifetime"/> only, so that a change made manually
/// or by another process takes effect soon; a change made here clears the cache at once. When it is full, it is cleared.</summary>
internal sealed class RecentCache<TKey, TValue>(TimeProvider time)
    where TKey : notnull
{
    public const int Capacity = 20_000;
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _entries = new();
    private int _generation;

    /// <summary>Must be read before the database is, and passed to <see cref="Add"/>: values that were read before a <see cref="Clear"/> are not kept.</summary>
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
