using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>The period's figures as the charts take them. Hours and days that have not begun are left out.</summary>
internal static class TelemetryCharts
{
    /// <summary>Series tokens that models get, by their place among all known; the rest share the grey.</summary>
    private const int Colours = 8;

    public static int Colour(TelemetryPageView view, string model)
    {
        var place = view.Choices.Models.ToList().IndexOf(model);
        return place >= 0 && place < Colours ? place + 1 : 0;
    }

    public static ChartData InOut(TelemetryPageView view) => Data(
        view, "Billed", ChartUnit.Tokens, stacked: true, Series("input", 5, point => point.Totals.Input), Series("output", 7, point => point.Totals.Output));

    public static ChartData Types(TelemetryPageView view) => Data(
        view,
        "All tokens",
        ChartUnit.Tokens,
        stacked: true,
        Series("input", 5, point => point.Totals.Input),
        Series("output", 7, point => point.Totals.Output),
        Series("cache reads", 2, point => point.Totals.CacheRead),
        Series("cache writes", 3, point => point.Totals.CacheWrite));

    public static ChartData Sessions(TelemetryPageView view) => Data(
        view, "", ChartUnit.Tokens, stacked: false, Series("sessions", 5, point => point.Sessions), Series("conversations", 7, point => point.Conversations));

    public static ChartData Cost(TelemetryPageView view) => Data(view, "Cost", ChartUnit.MicroDollars, stacked: true, ByModel(view, totals => (long)Math.Round(totals.CostUsd * 1_000_000m)));

    public static ChartData Requests(TelemetryPageView view) => Data(view, "Requests", ChartUnit.Tokens, stacked: true, ByModel(view, totals => totals.Requests));

    public static ChartData Durations(TelemetryPageView view) => Data(
        view, "", ChartUnit.Milliseconds, stacked: false, Series("requests, P95", 5, point => Ms(point.RequestP95)), Series("tools, P95", 6, point => Ms(point.ToolP95)));

    public static ChartData Results(TelemetryPageView view) => Data(
        view, "Requests", ChartUnit.Tokens, stacked: true, Series("succeeded", 2, point => point.Totals.Requests), Series("failed", 8, point => point.Totals.Errors));

    public static ChartData Active(TelemetryPageView view) => Data(
        view, "Active time", ChartUnit.Seconds, stacked: true, Series("client", 5, point => point.CliSeconds), Series("person", 7, point => point.UserSeconds));

    /// <summary>Read aloud in place of the picture.</summary>
    public static string Summary(TelemetryPageView view, string title, ChartData data)
    {
        var series = string.Join(", ", data.Series.Select(one => $"{one.Name} {Figure(data, one)}"));
        return $"{title}, {Times.Days(view.Filter.From, view.Filter.To)}: {(series.Length == 0 ? "nothing" : series)}. Use the arrow keys for each {(view.Filter.IsHourly ? "hour" : "day")}.";
    }

    private static string Figure(ChartData data, ChartSeries series) => data.Unit is ChartUnit.Milliseconds
        ? $"at most {ChartUnit.Text(data.Unit, series.Values.DefaultIfEmpty().Max())}"
        : ChartUnit.Exact(data.Unit, series.Values.Sum());

    private static Func<IReadOnlyList<TimePoint>, ChartSeries> Series(string name, int colour, Func<TimePoint, long> value) =>
        points => new ChartSeries(name, colour, [.. points.Select(value)]);

    /// <summary>A series a model, the largest first; those beyond the colours are one.</summary>
    private static Func<IReadOnlyList<TimePoint>, ChartSeries>[] ByModel(TelemetryPageView view, Func<RequestTotals, long> value)
    {
        var models = view.Models.Where(row => row.Totals != RequestTotals.None).ToLookup(row => Colour(view, row.Model) > 0, row => row.Model);
        var others = models[false].ToHashSet(StringComparer.Ordinal);
        var named = models[true].Select(model => Series(model, Colour(view, model), point => Of(point, name => string.Equals(name, model, StringComparison.Ordinal), value)));
        return others.Count == 0 ? [.. named] : [.. named, Series("other", 0, point => Of(point, others.Contains, value))];
    }

    private static long Of(TimePoint point, Func<string, bool> isMeant, Func<RequestTotals, long> value) =>
        point.Models.Where(one => isMeant(one.Model)).Sum(one => value(one.Totals));

    private static ChartData Data(TelemetryPageView view, string sum, string unit, bool stacked, params Func<IReadOnlyList<TimePoint>, ChartSeries>[] series)
    {
        var points = view.Timeline.Where(point => point.At <= view.At).ToList();
        var isUnfinished = DateOnly.FromDateTime(view.At.UtcDateTime) == view.Filter.To;
        return new ChartData([.. points.Select(point => Label(point.At, view.Filter.IsHourly))], [.. series.Select(one => one(points))], isUnfinished, sum, unit, stacked);
    }

    private static string Label(DateTimeOffset at, bool hourly) => at.UtcDateTime.ToString(hourly ? "yyyy-MM-dd'T'HH':00Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Ms(double? value) => value is { } known ? Math.Max(1, (long)Math.Round(known)) : 0;
}
