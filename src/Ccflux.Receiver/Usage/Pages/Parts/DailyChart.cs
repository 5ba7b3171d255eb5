using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>Chart data of billed tokens per day, or per hour if the period is short. Models without a colour share the grey "other".</summary>
internal static class DailyChart
{
    /// <param name="view">The period.</param>
    /// <param name="before">The name of the hours of the prior period.</param>
    public static ChartData Data(DailyUsage view, string before) => view.Hours is { } hours
        ? new ChartData([.. hours.Hours.Select(Hour)], Series(hours.Models), hours.IsRunning, "Billed", Prior: hours.Prior.Any(billed => billed > 0) ? new ChartSeries(before, 0, hours.Prior) : null)
        : new ChartData([.. view.Days.Select(Times.Iso)], Series(view.Models), view.Unfinished is not null, "Billed", KnownFrom: KnownFrom(view));

    public static string Summary(DailyUsage view)
    {
        if (view.Hours is { } hours)
        {
            return $"Hourly billed tokens by model, {Times.Days(view.Days[0], view.Days[^1])}. Total {Numbers.Exact(hours.Models.SaturatingSum(series => series.Billed))}. Use the arrow keys for each hour.";
        }

        var total = view.Total.SaturatingSum();
        var peak = view.Total.Count == 0 ? 0 : view.Total.Max();
        var peakDay = view.Total.ToList().IndexOf(peak);
        return view.Days.Count == 0
            ? "Daily billed tokens: no days."
            : $"Daily billed tokens by model, {Times.Days(view.Days[0], view.Days[^1])}. Total {Numbers.Exact(total)}. Highest on {Times.Iso(view.Days[peakDay])}: {Numbers.Exact(peak)}. Use the arrow keys for each day.";
    }

    private static int KnownFrom(DailyUsage view) =>
        view.FirstDay is { } first ? view.Days.TakeWhile(day => day < first).Count() : 0;

    private static string Hour(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture);

    private static ChartSeries[] Series(IReadOnlyList<ModelSeries> models)
    {
        var named = models.Where(series => series.Model.Colour > 0).Select(series => new ChartSeries(series.Model.Name, series.Model.Colour, series.Daily));
        var others = models.Where(series => series.Model.Colour == 0).ToList();
        var rest = others.Count == 0 ? [] : new[] { new ChartSeries(others.Count == 1 ? others[0].Model.Name : "other", 0, Sum(others)) };
        return [.. named, .. rest];
    }

    private static long[] Sum(List<ModelSeries> series)
    {
        var sum = new long[series[0].Daily.Count];
        foreach (var one in series)
        {
            for (var day = 0; day < sum.Length; day++)
            {
                sum[day] = Saturating.Add(sum[day], one.Daily[day]);
            }
        }

        return sum;
    }
}
