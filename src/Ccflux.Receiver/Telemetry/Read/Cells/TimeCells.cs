using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>All rollups of an hour or a day, in as few arrays as they fit into: a page adds up some hundred thousand of them.</summary>
/// <param name="Time">The hour or day, counted since 1970.</param>
/// <param name="Latencies">The histograms of both lists, as they are stored, one behind the other.</param>
internal sealed record TimeCells(long Time, RequestCell[] Requests, CountCell[] Counts, byte[] Latencies)
{
    private const int RequestBytes = 80;
    private const int CountBytes = 48;

    /// <summary>Durations of everybody's requests, so that a page without a filter need not add them up again.</summary>
    public byte[] AllRequests { get; } = Merge(Requests.Select(cell => cell.Latency), Latencies);

    /// <summary>Durations of everybody's tools, by tool.</summary>
    public (int Tool, byte[] Latency)[] AllTools { get; } =
        [.. Counts.Where(cell => cell.Latency.Length > 0).GroupBy(cell => cell.Name).Select(group => (group.Key, Merge(group.Select(cell => cell.Latency), Latencies)))];

    public int Bytes => (Requests.Length * RequestBytes) + (Counts.Length * CountBytes) + Latencies.Length + AllRequests.Length + AllTools.Sum(tool => tool.Latency.Length);

    public ReadOnlySpan<byte> Latency(in Stretch stretch) => Latencies.AsSpan(stretch.Start, stretch.Length);

    private static byte[] Merge(IEnumerable<Stretch> stretches, byte[] latencies)
    {
        var sum = new LatencyHistogram();
        foreach (var stretch in stretches)
        {
            sum.Add(latencies.AsSpan(stretch.Start, stretch.Length));
        }

        return sum.ToArray();
    }
}

/// <summary>A day as one sum, or hour by hour.</summary>
internal sealed record DayCells(int Day, IReadOnlyList<TimeCells> Times) : IDayPart
{
    /// <summary>Bytes, about.</summary>
    public int Size { get; } = Times.Sum(cells => cells.Bytes);
}
