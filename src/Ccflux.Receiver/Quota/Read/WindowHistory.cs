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
    /// <summary>One to three points in chronological order.</summary>
    public IEnumerable<HistoryPoint> Points => new[] { Lowest, Highest, Last }.Distinct().OrderBy(point => point.At);
}

/// <summary>A bucket as the database returns it: see <see cref="Store.QuotaReadSql.Buckets"/> for what is packed into one number.</summary>
internal sealed class BucketRow
{
    private const long InstantUnit = 1L << 42;
    private const long ValueUnit = 1L << 20;

    public long Bucket { get; init; }

    public long Readings { get; init; }

    public long FirstAt { get; init; }

    public long Last { get; init; }

    public long Highest { get; init; }

    public long Lowest { get; init; }

    public long? ResetsAt { get; init; }

    public HistoryBucket ToBucket() => new(
        Bucket, Readings, UnixTime.At(FirstAt), Point(Lowest), Point(Highest), new HistoryPoint(UnixTime.At(Last / ValueUnit), Last % ValueUnit / 1000d), UnixTime.At(ResetsAt));

    private static HistoryPoint Point(long packed) => new(UnixTime.At(packed % InstantUnit), packed / InstantUnit / 1000d);
}
