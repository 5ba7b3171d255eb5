using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Store;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Forecasts when a stored window runs out, from values looked up one by one: a week has thousands of readings, and three are needed.</summary>
internal static class WindowProjection
{
    public static Projection Read(SqliteConnection connection, WindowRow row, DateTimeOffset now)
    {
        var newest = row.ToReading();
        var past = ForecastRule.Instants(newest)
            .Select(at => connection.QuerySingleOrDefault<(long ObservedAt, long UsedMilli)?>(QuotaReadSql.ValueBefore, new { row.WindowId, At = at.ToUnixTimeMilliseconds() }))
            .Where(found => found is not null)
            .Select(found => new PastValue(UnixTime.At(found!.Value.ObservedAt), found.Value.UsedMilli));
        return ForecastRule.Project(newest, [.. past], now);
    }
}
