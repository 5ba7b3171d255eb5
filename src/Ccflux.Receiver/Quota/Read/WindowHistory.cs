using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>How full one window was, in buckets of time.</summary>
public sealed record WindowHistory(string Window, IReadOnlyList<HistoryBucket> Buckets);

/// <summary>What was observed within a bucket of time: enough to draw every peak and every reset.</summary>
/// <param name="Number">Buckets since 1970, so that those of a day or an hour can be identified.</param>
/// <param name="Readings">The number of readings.</param>
/// <param name="FirstAt">When the first of them was observed.</param>
/// <param name="Lowest">The lowest, and when.</param>
/// <param name="Highest">The highest, and when.</param>
/// <param name="Last">The last, and when.</param>
/// <param name="ResetsAt">The last reset that was reported; null if there was none.</param>
public sealed record HistoryBucket(
    long Number, long Readings, DateTimeOffset FirstAt, HistoryPoint Lowest, HistoryPoint Highest, HistoryPoint Last, DateTimeOffset? ResetsAt)
{
    private const long InstantUnit = 1L << 42;
    private const long ValueUnit = 1L << 20;

    /// <summary>One to three points in chronological order.</summary>
    public IEnumerable<HistoryPoint> Points => new[] { Lowest, Highest, Last }.Distinct().OrderBy(point => point.At);

    /// <summary>From a row of <see cref="Store.QuotaReadSql.Buckets"/>: see there for what is packed into one number.</summary>
    internal static HistoryBucket Read(Rows rows)
    {
        var last = rows.Int64(3);
        return new HistoryBucket(
            rows.Int64(0),
            rows.Int64(1),
            UnixTime.At(rows.Int64(2)),
            Lowest: Point(rows.Int64(5)),
            Highest: Point(rows.Int64(4)),
            Last: new HistoryPoint(UnixTime.At(last / ValueUnit), last % ValueUnit / 1000d),
            ResetsAt: UnixTime.At(rows.Int64OrNull(6)));
    }

    private static HistoryPoint Point(long packed) => new(UnixTime.At(packed % InstantUnit), packed / InstantUnit / 1000d);
}
