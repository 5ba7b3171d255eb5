using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Beginnings of days, from their turns, kept between reads: a page that is fetched again within the same minute reads none anew.</summary>
internal sealed class PartDays(DayReader reader)
{
    /// <summary>Beginnings kept at most: one for each period that is looked at.</summary>
    private const int MaxParts = 8;

    private readonly Lock _lock = new();
    private readonly Queue<(Key Key, DayRows Rows)> _parts = new(MaxParts);

    /// <summary>A day until an instant, by epoch milliseconds. Windows are not read.</summary>
    public DayRows Read(SqliteConnection connection, string storeId, int day, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var version = DayVersions.Read(connection, DaySql.Versions, day, day) is [var (_, known)] ? known : 0;
        var key = new Key(storeId, day, version, until);
        lock (_lock)
        {
            foreach (var part in _parts)
            {
                if (part.Key == key)
                {
                    return part.Rows;
                }
            }
        }

        var rows = reader.ReadPart(connection, day, UtcDay.Start(day), until, models);
        lock (_lock)
        {
            if (_parts.Count == MaxParts)
            {
                _parts.Dequeue();
            }

            _parts.Enqueue((key, rows));
        }

        return rows;
    }

    private sealed record Key(string StoreId, int Day, long Version, long Until);
}
