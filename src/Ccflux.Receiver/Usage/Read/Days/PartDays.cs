using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Caches the first parts of days, read from their turns: a page that is fetched again within the same minute reads none of them again.</summary>
internal sealed class PartDays(DayReader reader, OrganisationCalendar calendar)
{
    /// <summary>Maximum number of cached parts: one for each period that is being viewed.</summary>
    private const int MaxParts = 8;

    private readonly Lock _lock = new();
    private readonly Queue<(Key Key, DayRows Rows)> _parts = new(MaxParts);

    /// <summary>Reads a day until an instant in epoch milliseconds. Windows are not read.</summary>
    public DayRows Read(SqlSession session, string storeId, int day, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var version = DayVersions.Read(session, DaySql.Versions, day, day) is [var (_, known)] ? known : 0;
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

        var rows = reader.ReadPart(session, day, calendar.StartOf(day), until, models);
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
