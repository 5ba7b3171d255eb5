using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Days kept in memory between reads. A page over 30 days and the 30 before them then reads only what changed: as a rule today.</summary>
internal sealed class DayCache(DayReader reader)
{
    /// <summary>Rows kept at most, about 64 bytes each. 60 days of 500 busy seats are 200 000.</summary>
    public const int MaxRows = 600_000;

    private readonly VersionedDays<DayRows> _days = new(DaySql.Versions, MaxRows);

    /// <summary>The days from <paramref name="from"/> to <paramref name="to"/> that hold something, in order, one at a time.</summary>
    public IEnumerable<DayRows> Read(SqliteConnection connection, string storeId, int from, int to, IReadOnlyDictionary<int, ModelRef> models) =>
        _days.Read(connection, storeId, from, to, day => reader.Read(connection, day, models));
}
