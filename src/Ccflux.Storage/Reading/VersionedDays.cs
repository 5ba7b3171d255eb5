using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Reading;

/// <summary>A day's data that a page keeps in memory.</summary>
public interface IDayPart
{
    int Day { get; }

    /// <summary>Its size, in the unit of the bound.</summary>
    int Size { get; }
}

/// <summary>Caches days in memory between reads, each for as long as its version in the database does not change.</summary>
/// <param name="versions">A query for day and version of the days from <c>@from</c> to <c>@to</c> that contain data, in order.</param>
/// <param name="maxSize">Upper bound of the sum of all sizes; the least recently used days are dropped first.</param>
public sealed class VersionedDays<TPart>(string versions, int maxSize)
    where TPart : class, IDayPart
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private int _size;
    private long _passes;

    /// <summary>The total size of the cached days.</summary>
    public int Size
    {
        get
        {
            lock (_lock)
            {
                return _size;
            }
        }
    }

    /// <summary>The days from <paramref name="from"/> to <paramref name="to"/> that contain data, in order, one at a time:
    /// a long period need not fit into memory.</summary>
    public IEnumerable<TPart> Read(SqlSession session, string storeId, int from, int to, Func<int, TPart> read)
    {
        var pass = Interlocked.Increment(ref _passes);
        foreach (var (day, version) in DayVersions.Read(session, versions, from, to))
        {
            if (Find(day, version, storeId, pass) is { } kept)
            {
                yield return kept;
                continue;
            }

            var part = read(day);
            Keep(new Entry(part, version, storeId) { Pass = pass });
            yield return part;
        }
    }

    private TPart? Find(int day, long version, string storeId, long pass)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(day, out var node) || node.Value.Version != version || !string.Equals(node.Value.StoreId, storeId, StringComparison.Ordinal))
            {
                return null;
            }

            node.Value.Pass = pass;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Part;
        }
    }

    /// <summary>Caches a day. Days of one read do not evict each other: of a period that is too long for the bound, a part stays.</summary>
    private void Keep(Entry entry)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(entry.Part.Day, out var old))
            {
                Drop(old);
            }

            while (_size + entry.Part.Size > maxSize && _byUse.Last is { } last && last.Value.Pass != entry.Pass)
            {
                Drop(last);
            }

            if (_size + entry.Part.Size <= maxSize)
            {
                _entries[entry.Part.Day] = _byUse.AddFirst(entry);
                _size += entry.Part.Size;
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Part.Day);
        _size -= node.Value.Part.Size;
    }

    private sealed record Entry(TPart Part, long Version, string StoreId)
    {
        public long Pass { get; set; }
    }
}
