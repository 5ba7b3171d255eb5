using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Builds the data of the charts, each with the previous period as a dotted line. Hours and days that have not begun are left out.</summary>
internal static class TelemetryCharts
{
    /// <summary>The colours of users in a chart by user, the heaviest first; a user has no fixed colour.</summary>
    private static readonly int[] s_userColours = [5, 7, 6, 2, 3, 8];

    /// <summary>A model's series token; 0 for grey.</summary>
    public static int Colour(TelemetryPageView view, string model) => view.Choices.Colours.GetValueOrDefault(model);

    public static ChartData InOut(TelemetryPageView view) => Data(
        view, "Billed", ChartUnit.Tokens, point => point.Totals.Billed, Series("input", 5, point => point.Totals.Input), Series("output", 7, point => point.Totals.Output));

    /// <summary>All tokens, by type, model or user.</summary>
    public static ChartData Tokens(TelemetryPageView view, TokenSplit split) => Data(view, "All tokens", ChartUnit.Tokens, point => point.Totals.AllTokens, split switch
    {
        TokenSplit.Type =>
        [
            Series("input", 5, point => point.Totals.Input),
            Series("output", 7, point => point.Totals.Output),
            Series("cache reads", 2, point => point.Totals.CacheRead),
            Series("cache writes", 3, point => point.Totals.CacheWrite),
        ],
        TokenSplit.Model => ByModel(view, totals => totals.AllTokens),
        TokenSplit.User => [.. view.UserLines.Select((line, place) => Line(line, place))],
    });

    public static ChartData Sessions(TelemetryPageView view) => Beside(
        view, ChartUnit.Tokens, ("conversations", point => point.Conversations), Series("sessions", 5, point => point.Sessions), Series("conversations", 7, point => point.Conversations));

    public static ChartData Cost(TelemetryPageView view) => Data(view, ValueText.Label, ChartUnit.MicroDollars, point => Micro(point.Totals), ByModel(view, Micro));

    public static ChartData Requests(TelemetryPageView view) => Data(view, "Requests", ChartUnit.Tokens, point => point.Totals.Requests, ByModel(view, totals => totals.Requests));

    public static ChartData Durations(TelemetryPageView view) => Beside(
        view, ChartUnit.Milliseconds, ("requests", point => Ms(point.RequestP95)), Series("requests, P95", 5, point => Ms(point.RequestP95)), Series("tools, P95", 6, point => Ms(point.ToolP95)));

    public static ChartData Results(TelemetryPageView view) => Data(
        view, "Requests", ChartUnit.Tokens, point => point.Totals.Requests + point.Totals.Errors, Series("succeeded", 2, point => point.Totals.Requests), Series("failed", 8, point => point.Totals.Errors));

    public static ChartData Active(TelemetryPageView view) => Data(
        view, "Active time", ChartUnit.Seconds, point => point.CliMs + point.UserMs, Series("client", 5, point => point.CliMs), Series("person", 7, point => point.UserMs));

    /// <summary>The client's estimate compared with what the seats of everyone in the period cost for an hour or a day.</summary>
    public static ChartData Leverage(TelemetryPageView view, int planPriceUsd)
    {
        var seats = planPriceUsd * view.Users.Count / 30m / (view.Filter.IsHourly ? 24 : 1);
        long Times(TimePoint point) => seats == 0 ? 0 : (long)Math.Round(point.Totals.CostUsd * 100 / seats, MidpointRounding.AwayFromZero);
        return Beside(view, ChartUnit.Multiple, ("leverage", Times), Series("value leverage", 5, Times));
    }

    /// <summary>Read aloud instead of the picture.</summary>
    public static string Summary(TelemetryPageView view, string title, ChartData data)
    {
        var series = string.Join(", ", data.Series.Select(one => $"{one.Name} {Figure(data, one)}"));
        return $"{title}, {Times.Days(view.Filter.From, view.Filter.To)}: {(series.Length == 0 ? "nothing" : series)}. Use the arrow keys for each {(view.Filter.IsHourly ? "hour" : "day")}.";
    }

    private static string Figure(ChartData data, ChartSeries series) => ChartUnit.IsRate(data.Unit)
        ? $"at most {ChartUnit.Text(data.Unit, series.Values.DefaultIfEmpty().Max())}"
        : ChartUnit.Exact(data.Unit, series.Values.SaturatingSum());

    private static Func<IReadOnlyList<TimePoint>, ChartSeries> Series(string name, int colour, Func<TimePoint, long> value) =>
        points => new ChartSeries(name, colour, [.. points.Select(value)]);

    private static Func<IReadOnlyList<TimePoint>, ChartSeries> Line(UserLine line, int place) => points => line.User.Length == 0
        ? new ChartSeries("everyone else", 0, [.. line.Tokens.Take(points.Count)])
        : new ChartSeries(line.User, s_userColours[place % s_userColours.Length], [.. line.Tokens.Take(points.Count)]);

    /// <summary>One series per model, the largest first; those beyond the available colours are combined.</summary>
    private static Func<IReadOnlyList<TimePoint>, ChartSeries>[] ByModel(TelemetryPageView view, Func<RequestTotals, long> value)
    {
        var models = view.Models.Where(row => row.Totals != RequestTotals.None).ToLookup(row => Colour(view, row.Model) > 0, row => row.Model);
        var others = models[false].ToHashSet(StringComparer.Ordinal);
        var named = models[true].Select(model => Series(model, Colour(view, model), point => Of(point, name => string.Equals(name, model, StringComparison.Ordinal), value)));
        return others.Count == 0 ? [.. named] : [.. named, Series("other", 0, point => Of(point, others.Contains, value))];
    }

    private static long Of(TimePoint point, Func<string, bool> isMeant, Func<RequestTotals, long> value) =>
        point.Models.Where(one => isMeant(one.Model)).SaturatingSum(one => value(one.Totals));

    /// <summary>Series that add up to <paramref name="sum"/>.</summary>
    private static ChartData Data(TelemetryPageView view, string sum, string unit, Func<TimePoint, long> before, params Func<IReadOnlyList<TimePoint>, ChartSeries>[] series) =>
        Chart(view, sum, unit, stacked: true, ("", before), series);

    /// <summary>Series next to each other, not stacked.</summary>
    private static ChartData Beside(TelemetryPageView view, string unit, (string Name, Func<TimePoint, long> Value) before, params Func<IReadOnlyList<TimePoint>, ChartSeries>[] series) =>
        Chart(view, "", unit, stacked: false, before, series);

    private static ChartData Chart(
        TelemetryPageView view, string sum, string unit, bool stacked, (string Name, Func<TimePoint, long> Value) before, Func<IReadOnlyList<TimePoint>, ChartSeries>[] series)
    {
        var points = view.Timeline.Where(point => point.At <= view.At).ToList();
        var isUnfinished = DateOnly.FromDateTime(view.At.UtcDateTime) == view.Filter.To;
        long[] prior = [.. view.TimelineBefore.Take(points.Count).Select(before.Value)];
        var name = Periods.Before(view.Filter.Period, view.Filter.Days);
        return new ChartData(
            [.. points.Select(point => Label(point.At, view.Filter.IsHourly))],
            [.. series.Select(one => one(points))],
            isUnfinished,
            sum,
            unit,
            stacked,
            prior.Any(value => value > 0) ? new ChartSeries(before.Name.Length == 0 ? name : $"{before.Name}, {name}", 0, prior) : null);
    }

    private static string Label(DateTimeOffset at, bool hourly) => at.UtcDateTime.ToString(hourly ? "yyyy-MM-dd'T'HH':00Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Micro(RequestTotals totals) => (long)Math.Round(totals.CostUsd * 1_000_000m);

    private static long Ms(double? value) => value is { } known ? Math.Max(1, (long)Math.Round(known)) : 0;
}
