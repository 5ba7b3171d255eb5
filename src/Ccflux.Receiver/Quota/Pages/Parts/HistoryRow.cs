using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>A row of the table behind a chart.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Cells">One per window; null if the window was not read.</param>
/// <param name="Readings">Of all windows.</param>
internal sealed record HistoryRow(DateTimeOffset At, IReadOnlyList<HistoryCell?> Cells, long Readings)
{
    /// <summary>Newest first; rows without a reading are left out.</summary>
    public static IReadOnlyList<HistoryRow> Of(IReadOnlyList<WindowHistory> windows, QuotaRange range)
    {
        var stretches = (long)(range.Row / range.Stretch);
        var columns = windows.Select(window => window.Buckets.GroupBy(bucket => bucket.Number / stretches).ToDictionary(row => row.Key, row => row.ToList())).ToList();
        return
        [
            .. columns.SelectMany(column => column.Keys).Distinct().OrderDescending().Select(number => new HistoryRow(
                DateTimeOffset.UnixEpoch + (range.Row * number),
                [.. columns.Select(column => column.TryGetValue(number, out var buckets) ? new HistoryCell(buckets.Max(bucket => bucket.Highest.UsedPercent), buckets[^1].Last.UsedPercent) : null)],
                columns.Sum(column => column.TryGetValue(number, out var buckets) ? buckets.Sum(bucket => bucket.Readings) : 0))),
        ];
    }
}

internal sealed record HistoryCell(double Highest, double Last);
