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
            histogram.Add(value);
        }

        Array.Sort(values);
        foreach (var share in new[] { 0.5, 0.95, 0.99 })
        {
            double truth = values[(int)Math.Ceiling(share * values.Length) - 1];
            Assert.InRange(histogram.Percentile(share)!.Value, (truth * 0.97) - 0.5, (truth * 1.03) + 0.5);
        }
    }

    [Fact]
    public void StoredOnes_AddUpToTheWhole()
    {
        var whole = new LatencyHistogram();
        var merged = new LatencyHistogram();
        for (var part = 0; part < 5; part++)
        {
            var one = new LatencyHistogram();
            for (var i = 0; i < 1000; i++)
            {
                one.Add((part * 977) + (i * i));
                whole.Add((part * 977) + (i * i));
            }

            merged.Add(one.ToArray());
        }

        Assert.Equal(whole.ToArray(), merged.ToArray());
        Assert.Equal(5000, merged.Count);
    }

    [Fact]
    public void Empty_HasNoPercentile() => Assert.Null(new LatencyHistogram().Percentile(0.5));
}
