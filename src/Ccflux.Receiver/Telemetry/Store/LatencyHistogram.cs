namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Counts durations in buckets, sixteen per doubling, so that any percentile is off by 3 % at most.
/// Those of several hours, people or tools add up bucket by bucket.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>The number of buckets. The last one also has what is longer than 270 years.</summary>
    public const int MaxBuckets = 640;

    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[MaxBuckets];

    public long Count { get; private set; }

    /// <summary>The bucket that a duration counts in; a negative one counts as none.</summary>
    public static int BucketOf(long milliseconds)
    {
        if (milliseconds < Steps)
        {
            return (int)Math.Max(0, milliseconds);
        }

        var power = 63 - int.CreateTruncating(long.LeadingZeroCount(milliseconds));
        return Math.Min(((power - StepBits + 1) << StepBits) + (int)((milliseconds >> (power - StepBits)) & (Steps - 1)), MaxBuckets - 1);
    }

    /// <param name="bucket">Below <see cref="MaxBuckets"/>.</param>
    /// <param name="count">How many durations it has.</param>
    public void Add(int bucket, long count)
    {
        _counts[bucket] += count;
        Count += count;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < MaxBuckets; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        Count += other.Count;
    }

    /// <summary>The duration in milliseconds that this share of all does not exceed; null if there is none.</summary>
    public double? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var bucket = 0;
        for (var below = _counts[0]; below < rank; below += _counts[bucket])
        {
            bucket++;
        }

        return MiddleOf(bucket);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket;
        }

        var shift = (bucket >> StepBits) - 1;
        var start = (long)(Steps + (bucket & (Steps - 1))) << shift;
        return start + (((1L << shift) - 1) / 2.0);
    }
}
