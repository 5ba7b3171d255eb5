using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Tests.Telemetry;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_AreWithinThreePercentOfTheTruth()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 14)).ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.Add(LatencyHistogram.BucketOf(value), 1);
        }

        Array.Sort(values);
        foreach (var share in new[] { 0.5, 0.95, 0.99 })
        {
            double truth = values[(int)Math.Ceiling(share * values.Length) - 1];
            Assert.InRange(histogram.Percentile(share)!.Value, (truth * 0.97) - 0.5, (truth * 1.03) + 0.5);
        }
    }

    [Fact]
    public void Buckets_AreOrdered_AndBounded()
    {
        long[] lengths = [long.MinValue, -1, 0, 1, 15, 16, 17, 31, 32, 33, 34, 63, 64, 1000, 60_000, long.MaxValue / 2, long.MaxValue];

        Assert.Equal([0, 0, 0, 1, 15, 16, 17, 31, 32, 32, 33, 47, 48, 111, 205, 639, 639], lengths.Select(LatencyHistogram.BucketOf));
    }

    [Fact]
    public void SeveralThatAreAddedUp_AreTheWhole()
    {
        var whole = new LatencyHistogram();
        var merged = new LatencyHistogram();
        for (var part = 0; part < 5; part++)
        {
            var one = new LatencyHistogram();
            for (var i = 0; i < 1000; i++)
            {
                one.Add(LatencyHistogram.BucketOf((part * 977) + (i * i)), 1);
                whole.Add(LatencyHistogram.BucketOf((part * 977) + (i * i)), 1);
            }

            merged.Add(one);
        }

        Assert.Equal(Enumerable.Range(0, 101).Select(percent => whole.Percentile(percent / 100.0)), Enumerable.Range(0, 101).Select(percent => merged.Percentile(percent / 100.0)));
        Assert.Equal(5000, merged.Count);
    }

    [Theory]
    [InlineData(640, 1)]
    [InlineData(-1, 1)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MinValue, 1)]
    [InlineData(5, 0)]
    [InlineData(5, -1)]
    [InlineData(5, long.MinValue)]
    [InlineData(5, long.MaxValue)]
    public void Add_OfWhatCannotBe_AddsNothing(int bucket, long count)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(7, 2);
        histogram.Add(bucket, count);

        Assert.Equal((2L, 7.0, 7.0), (histogram.Count, histogram.Percentile(0), histogram.Percentile(1)));
    }

    [Fact]
    public void Percentile_OfAsManyAsCanBe_IsFound()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(7, long.MaxValue - 1);
        histogram.Add(9, 1);

        Assert.Equal((7.0, 9.0), (histogram.Percentile(0.5), histogram.Percentile(1)));
    }

    [Fact]
    public void Empty_HasNoPercentile() => Assert.Null(new LatencyHistogram().Percentile(0.5));
}
