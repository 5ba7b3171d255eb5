namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Counts durations in buckets, sixteen per doubling, so that any percentile is off by 3 % at most.
/// Two of them can be added up. Stored as pairs of variable-length numbers: the distance to the next bucket, and its count.</summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;
    private const int MaxBuckets = 640;

    private readonly long[] _counts = new long[MaxBuckets];

    public long Count { get; private set; }

    public void Add(long milliseconds, long times = 1)
    {
        _counts[Math.Min(BucketOf(Math.Max(0, milliseconds)), MaxBuckets - 1)] += times;
        Count += times;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < MaxBuckets; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        Count += other.Count;
    }

    /// <summary>Adds a stored one. What cannot be read adds nothing.</summary>
    public void Add(ReadOnlySpan<byte> stored)
    {
        var bucket = 0;
        while (TryReadNumber(ref stored, out var gap) && TryReadNumber(ref stored, out var count))
        {
            bucket += (int)Math.Min(gap, MaxBuckets);
            if (bucket >= MaxBuckets)
            {
                return;
            }

            _counts[bucket] += count;
            Count += count;
        }
    }

    public byte[] ToArray()
    {
        var bytes = new List<byte>();
        var last = 0;
        for (var bucket = 0; bucket < MaxBuckets; bucket++)
        {
            if (_counts[bucket] > 0)
            {
                WriteNumber(bytes, bucket - last);
                WriteNumber(bytes, _counts[bucket]);
                last = bucket;
            }
        }

        return [.. bytes];
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

    private static int BucketOf(long value)
    {
        if (value < Steps)
        {
            return (int)value;
        }

        var power = 63 - int.CreateTruncating(long.LeadingZeroCount(value));
        return ((power - StepBits + 1) << StepBits) + (int)((value >> (power - StepBits)) & (Steps - 1));
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

    private static void WriteNumber(List<byte> bytes, long number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            bytes.Add((byte)(number | 0x80));
        }

        bytes.Add((byte)number);
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out long number)
    {
        number = 0;
        for (var i = 0; i < bytes.Length && i < 9; i++)
        {
            number |= (long)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
