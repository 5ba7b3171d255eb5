using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Stored histograms added up into percentiles.</summary>
internal static class Histograms
{
    public static Percentiles Of(IEnumerable<LatencyRow> rows, long from, long to)
    {
        var sum = new LatencyHistogram();
        foreach (var row in rows)
        {
            if (row.Time >= from && row.Time < to)
            {
                sum.Add(row.Latency);
            }
        }

        return new Percentiles(sum.Percentile(0.5), sum.Percentile(0.95), sum.Percentile(0.99), sum.Count);
    }

    /// <summary>P95 of each hour or day.</summary>
    public static Dictionary<long, double?> P95(IEnumerable<LatencyRow> rows) => rows
        .GroupBy(row => row.Time)
        .ToDictionary(group => group.Key, group => Of(group, long.MinValue, long.MaxValue).P95);
}
