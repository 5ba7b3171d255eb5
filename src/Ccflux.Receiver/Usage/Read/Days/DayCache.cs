using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Caches days in memory between reads. A page over 30 days and the 30 days before them then reads only what changed: usually today.</summary>
internal sealed class DayCache(DayReader reader)
{
    /// <summary>Maximum number of cached rows, about 64 bytes each. 60 days of 500 busy seats are 200 000 rows.</summary>
    public const int MaxRows = 600_000;

    private readonly VersionedDays<DayRows> _days = new(DaySql.Versions, MaxRows);

    /// <summary>The non-empty days from <paramref name="from"/> to <paramref name="to"/>, in order, one at a time.</summary>
    public IEnumerable<DayRows> Read(SqlSession session, string storeId, int from, int to, IReadOnlyDictionary<int, ModelRef> models) =>
        _days.Read(session, storeId, from, to, day => reader.Read(session, day, models));
}
