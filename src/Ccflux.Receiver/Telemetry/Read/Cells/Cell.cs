using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Where a histogram stands in the bytes of its <see cref="TimeCells"/>; no length: there is none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Stretch(int Start, int Length);

/// <summary>What one subject used of one model from one terminal in an hour or a day, of all sources that count.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestCell(int Subject, int Terminal, int Model, RequestSum Sum, Stretch Latency);

/// <summary>Something else that was counted, see <see cref="Store.CountKind"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountCell(int Subject, int Terminal, string Kind, int Name, int Detail, long Count, Stretch Latency);

/// <summary>Sums as the database holds them; cost in billionths of a dollar.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestSum(long Requests, long Errors, long Input, long Output, long CacheRead, long CacheWrite, long Cost)
{
    private const decimal Billion = 1_000_000_000m;

    public static RequestSum operator +(in RequestSum left, in RequestSum right) => new(
        left.Requests + right.Requests, left.Errors + right.Errors, left.Input + right.Input, left.Output + right.Output,
        left.CacheRead + right.CacheRead, left.CacheWrite + right.CacheWrite, left.Cost + right.Cost);

    public RequestTotals ToTotals() => new(Requests, Errors, Input, Output, CacheRead, CacheWrite, Cost / Billion);
}
