using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Determines what a point adds. Delta: its value, once for each stream, start and time. Cumulative: the growth of its stream; another start
/// ends the stream and begins a new one, because it is part of the key.</summary>
internal static class PointDeduplicator
{
    private const long NanosPerMs = 1_000_000;

    /// <summary>Null if the point, or a later one of its cumulative stream, is already known.</summary>
    public static Growth? Find(SqlConnection connection, long subject, PointRecord point)
    {
        if (!point.IsCumulative)
        {
            return connection.Execute(StoreSql.InsertPoint, Clock.Day(point.At), subject, point.PointKey) > 0 ? new Growth(point.Value, point.Start / NanosPerMs) : null;
        }

        var (since, before) = (point.Start, 0L);
        using (var rows = connection.Query(StoreSql.SelectStream, subject, point.StreamKey, point.EarlierStreamKey))
        {
            if (rows.Read())
            {
                if (rows.Number(0) >= point.Time)
                {
                    return null;
                }

                (since, before) = (rows.Number(0), rows.Number(1));
            }
        }

        connection.Execute(StoreSql.PutStream, subject, point.StreamKey, point.Time, point.Value);

        // A counter that fell without another start was reset nevertheless: its present value is new.
        return new Growth(point.Value >= before ? point.Value - before : point.Value, since / NanosPerMs);
    }
}

/// <summary>What a point adds.</summary>
/// <param name="Since">Epoch milliseconds: it was used between this and the point's time.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Growth(long Value, long Since);
