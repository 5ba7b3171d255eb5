using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>What one subject used of one model from one terminal in an hour or a day, over all sources that count.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestCell(int Subject, int Terminal, int Model, RequestSum Sum);

/// <summary>Any other count.</summary>
/// <param name="Subject">0: everyone together, where nothing is shown by person.</param>
/// <param name="Kind">One of <see cref="Store.CountKind"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountCell(int Subject, int Terminal, string Kind, int Name, int Detail, long Count);

/// <summary>How long requests of a model or calls of a tool took, for everyone together.</summary>
/// <param name="Name">The model or the tool.</param>
/// <param name="Buckets">In any order; the same bucket may come several times.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DurationCell(int Terminal, int Name, BucketCount[] Buckets)
{
    public void AddTo(LatencyHistogram histogram)
    {
        foreach (var (bucket, count) in Buckets)
        {
            histogram.Add(bucket, count);
        }
    }
}

/// <summary>How many durations a bucket of <see cref="LatencyHistogram"/> has.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BucketCount(int Bucket, long Count);

/// <summary>Sums as stored in the database; cost in billionths of a dollar.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestSum(long Requests, long Errors, long Input, long Output, long CacheRead, long CacheWrite, long Cost)
{
    private const decimal Billion = 1_000_000_000m;

    public long AllTokens => Saturating.Add(Saturating.Add(Input, Output), Saturating.Add(CacheRead, CacheWrite));

    public static RequestSum operator +(in RequestSum left, in RequestSum right) => new(
        Saturating.Add(left.Requests, right.Requests), Saturating.Add(left.Errors, right.Errors), Saturating.Add(left.Input, right.Input), Saturating.Add(left.Output, right.Output),
        Saturating.Add(left.CacheRead, right.CacheRead), Saturating.Add(left.CacheWrite, right.CacheWrite), Saturating.Add(left.Cost, right.Cost));

    public RequestTotals ToTotals() => new(Requests, Errors, Input, Output, CacheRead, CacheWrite, Cost / Billion);
}

/// <summary>The rollups of an hour or a day, in as few arrays as possible: a page adds up some hundred thousand of them.</summary>
/// <param name="Time">The hour or day, counted since 1970.</param>
internal sealed record TimeCells(long Time, RequestCell[] Requests, CountCell[] Counts, DurationCell[] RequestTimes, DurationCell[] ToolTimes)
{
    private const int RequestBytes = 72;
    private const int CountBytes = 40;
    private const int DurationBytes = 40;
    private const int BucketBytes = 16;

    /// <summary>Merges several hours into one part of a day.</summary>
    public static TimeCells Of(long day, IReadOnlyCollection<TimeCells> hours) => new(
        day,
        [.. hours.SelectMany(hour => hour.Requests)],
        [.. hours.SelectMany(hour => hour.Counts)],
        [.. hours.SelectMany(hour => hour.RequestTimes)],
        [.. hours.SelectMany(hour => hour.ToolTimes)]);

    public int Bytes => (Requests.Length * RequestBytes) + (Counts.Length * CountBytes) + RequestTimes.Concat(ToolTimes).Sum(cell => (cell.Buckets.Length * BucketBytes) + DurationBytes);
}
