using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Days kept in memory between reads, each for as long as the database has the same version of it. A page over 30 days and
/// the 30 before them then reads only what changed: as a rule today.</summary>
internal sealed class DayCache(DayReader reader)
{
    /// <summary>Rows kept at most, about 64 bytes each; the days longest unused go first. 60 days of 500 busy seats are 200 000.</summary>
    public const int MaxRows = 600_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private int _rows;

    /// <summary>Rows kept now.</summary>
    public int Rows
    {
        get
        {
            lock (_lock)
            {
                return _rows;
            }
        }
    }

    /// <summary>The days from <paramref name="from"/> to <paramref name="to"/> that hold something, in order, one at a time:
    /// a long period need not fit into memory.</summary>
    public IEnumerable<DayRows> Read(SqliteConnection connection, string storeId, int from, int to, IReadOnlyDictionary<int, ModelRef> models)
    {
        foreach (var (day, version) in ReadVersions(connection, from, to))
        {
            if (Find(day, version, storeId) is { } kept)
            {
                yield return kept;
                continue;
            }

            var rows = reader.Read(connection, day, models);
            Keep(new Entry(rows, version, storeId));
            yield return rows;
        }
    }

    public static List<(int Day, long Version)> ReadVersions(SqliteConnection connection, int from, int to)
    {
        var versions = new List<(int, long)>();
        using var rows = RawRows.Query(connection, DaySql.Versions, from, to);
        while (rows.Read())
        {
            versions.Add((rows.Int(0), rows.Long(1)));
        }

        return versions;
    }

    private DayRows? Find(int day, long version, string storeId)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(day, out var node) || node.Value.Version != version || !string.Equals(node.Value.StoreId, storeId, StringComparison.Ordinal))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Rows;
        }
    }

    private void Keep(Entry entry)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(entry.Rows.Day, out var old))
            {
                Drop(old);
            }

            _entries[entry.Rows.Day] = _byUse.AddFirst(entry);
            _rows += entry.Rows.Count;
            while (_rows > MaxRows && _byUse.Last is { } last)
            {
                Drop(last);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Rows.Day);
        _rows -= node.Value.Rows.Count;
    }

    private sealed record Entry(DayRows Rows, long Version, string StoreId);
}
