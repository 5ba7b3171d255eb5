using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>What a point adds. Delta: its value, once for each stream, start and time. Cumulative: what its stream grew by, where a stream
/// ends and begins anew with another start, since that is part of its key.</summary>
internal static class PointLedger
{
    /// <summary>Null where the point, or a later one of its cumulative stream, is known.</summary>
    public static long? NewValue(SqlConnection connection, long subject, PointRecord point)
    {
        if (!point.IsCumulative)
        {
            return connection.Execute(StoreSql.InsertPoint, Clock.Day(point.At), subject, point.PointKey) > 0 ? point.Value : null;
        }

        var before = 0L;
        using (var rows = connection.Query(StoreSql.SelectStream, subject, point.StreamKey))
        {
            if (rows.Read())
            {
                if (rows.Number(0) >= point.Time)
                {
                    return null;
                }

                before = rows.Number(1);
            }
        }

        connection.Execute(StoreSql.PutStream, subject, point.StreamKey, point.Time, point.Value);

        // A counter that fell without another start was reset all the same: what it shows now is new.
        return point.Value >= before ? point.Value - before : point.Value;
    }
}
