using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>Billed tokens a day as the chart takes them. Models from the seventh on share the grey "other".</summary>
internal static class DailyChart
{
    public static ChartData Data(DailyUsage view)
    {
        var named = view.Models.Where(series => series.Model.Colour > 0).Select(series => new ChartSeries(series.Model.Name, series.Model.Colour, series.Daily));
        var others = view.Models.Where(series => series.Model.Colour == 0).ToList();
        var rest = others.Count == 0 ? [] : new[] { new ChartSeries(others.Count == 1 ? others[0].Model.Name : "other", 0, Sum(others)) };
        return new ChartData([.. view.Days.Select(Times.Iso)], [.. named, .. rest], view.Unfinished is not null, "Billed", KnownFrom: KnownFrom(view));
    }

    public static string Summary(DailyUsage view)
    {
        var total = view.Total.SaturatingSum();
        var peak = view.Total.Count == 0 ? 0 : view.Total.Max();
        var peakDay = view.Total.ToList().IndexOf(peak);
        return view.Days.Count == 0
            ? "Daily billed tokens: no days."
            : $"Daily billed tokens by model, {Times.Days(view.Days[0], view.Days[^1])}. Total {Numbers.Exact(total)}. Highest on {Times.Iso(view.Days[peakDay])}: {Numbers.Exact(peak)}. Use the arrow keys for each day.";
    }

    private static int KnownFrom(DailyUsage view) =>
        view.FirstDay is { } first ? view.Days.TakeWhile(day => day < first).Count() : 0;

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
