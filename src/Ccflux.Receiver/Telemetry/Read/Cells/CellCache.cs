using System.Text.Json;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Caches everyone's rollups between reads: of days, and of the hours of the last few days. A page then reads only the
/// days that changed. Rollups of some people only are read by their keys each time.</summary>
internal sealed class CellCache
{
    /// <summary>The most bytes kept, approximately; a day of 500 busy people is a fifth of a megabyte.</summary>
    public const int MaxBytes = 24_000_000;

    private const int MaxHourBytes = 6_000_000;

    private readonly VersionedDays<DayCells> _days = new(CellsSql.Versions, MaxBytes);
    private readonly VersionedDays<DayCells> _hours = new(CellsSql.Versions, MaxHourBytes);

    /// <summary>Bytes kept now, approximately.</summary>
    public int Bytes => _days.Size + _hours.Size;

    /// <summary>What a scope's people did from one day up to but not including another, in order, by hour or by day. Empty hours and days may be left out.</summary>
    public IEnumerable<TimeCells> Read(SqlSession session, string storeId, IReadOnlyCollection<int>? subjects, long from, long end, bool hourly)
    {
        if (subjects is not null)
        {
            var some = new CellReader(session, JsonSerializer.Serialize(subjects), hourly);
            return DayVersions.Read(session, CellsSql.Versions, (int)from, (int)end - 1).SelectMany(day => some.ReadDay(day.Day));
        }

        var all = new CellReader(session, null, hourly);
        return (hourly ? _hours : _days)
            .Read(session, storeId, (int)from, (int)end - 1, day => new DayCells(day, [.. all.ReadDay(day)]))
            .SelectMany(day => day.Times);
    }

    /// <summary>A day as one sum, or by hour.</summary>
    private sealed record DayCells(int Day, IReadOnlyList<TimeCells> Times) : IDayPart
    {
        public int Size { get; } = Times.Sum(cells => cells.Bytes);
    }
}
