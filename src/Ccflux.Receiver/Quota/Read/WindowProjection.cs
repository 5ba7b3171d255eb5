using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Forecasts when a stored window runs out, from values looked up one by one: a week has thousands of readings, and three are needed.</summary>
internal static class WindowProjection
{
    public static Projection Read(SqlSession session, WindowRow row, DateTimeOffset now)
    {
        var newest = row.ToReading();
        var past = ForecastRule.Instants(newest)
            .Select(at => session.First(
                QuotaReadSql.ValueBefore,
                static rows => new PastValue(UnixTime.At(rows.Int64(0)), rows.Int64(1)),
                ("window", row.WindowId),
                ("at", at.ToUnixTimeMilliseconds())))
            .OfType<PastValue>();
        return ForecastRule.Project(newest, [.. past], now);
    }
}
