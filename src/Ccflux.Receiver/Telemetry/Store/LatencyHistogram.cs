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

    /// <summary>Adds durations. What cannot be, in a row that somebody edited, counts as none.</summary>
    /// <param name="bucket">Below <see cref="MaxBuckets"/>.</param>
    /// <param name="count">How many durations it has.</param>
    public void Add(int bucket, long count)
    {
        if (bucket is >= 0 and < MaxBuckets && count > 0 && count <= long.MaxValue - Count)
        {
            _counts[bucket] += count;
            Count += count;
        }
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < MaxBuckets; bucket++)
        {
            Add(bucket, other._counts[bucket]);
        }
    }

    /// <summary>The duration in milliseconds that this share of all does not exceed; null if there is none.</summary>
    public double? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
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
