using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Determines what a point adds. Delta: its value, once for each stream, start and time. Cumulative: the growth of its stream; another start
/// ends the stream and begins a new one, because it is part of the key.</summary>
internal static class PointDeduplicator
{
    private const long NanosPerMs = 1_000_000;

    /// <summary>Null if the point, or a later one of its cumulative stream, is already known.</summary>
    public static Growth? Find(WriteSession session, long subject, PointRecord point)
    {
        if (!point.IsCumulative)
        {
            return session.Execute(StoreSql.InsertPoint, ("day", Clock.Day(point.At)), ("subject", subject), ("point_key", point.PointKey)) > 0
                ? new Growth(point.Value, point.Start / NanosPerMs)
                : null;
        }

        var (since, before) = (point.Start, 0L);
        using (var rows = session.Query(StoreSql.SelectStream, ("subject", subject), ("stream_key", point.StreamKey), ("earlier_key", point.EarlierStreamKey)))
        {
            if (rows.Read())
            {
                if (rows.Int64(0) >= point.Time)
                {
                    return null;
                }

                (since, before) = (rows.Int64(0), rows.Int64(1));
            }
        }

        session.Execute(StoreSql.PutStream, ("subject", subject), ("stream_key", point.StreamKey), ("time", point.Time), ("value", point.Value));

        // A counter that fell without another start was reset nevertheless: its present value is new.
        return new Growth(point.Value >= before ? point.Value - before : point.Value, since / NanosPerMs);
    }
}

/// <summary>What a point adds.</summary>
/// <param name="Since">Epoch milliseconds: it was used between this and the point's time.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Growth(long Value, long Since);
