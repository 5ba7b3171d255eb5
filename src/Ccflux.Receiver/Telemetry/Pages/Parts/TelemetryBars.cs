using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Builds the page's lists as bars.</summary>
internal static class TelemetryBars
{
    private const int Plain = 5;
    private const int Bad = 8;

    public static IReadOnlyList<BarRow> Errors(TelemetryPageView view) => Counts(view.Errors, row => StatusText.Of(row.Name), Bad);

    public static IReadOnlyList<BarRow> Models(TelemetryPageView view)
    {
        var all = view.Models.SaturatingSum(row => row.Totals.Requests);
        return [.. view.Models.Where(row => row.Totals.Requests > 0).OrderByDescending(row => row.Totals.Requests)
            .Select(row => new BarRow(
                row.Model, row.Totals.Requests, Numbers.Count(row.Totals.Requests), Numbers.Exact(row.Totals.Requests), Share(row.Totals.Requests, all), TelemetryCharts.Colour(view, row.Model)))];
    }

    public static IReadOnlyList<BarRow> Costs(TelemetryPageView view)
    {
        var all = view.Models.Sum(row => row.Totals.CostUsd);
        return [.. view.Models.Where(row => row.Totals.CostUsd > 0)
            .Select(row => new BarRow(
                row.Model,
                (double)row.Totals.CostUsd,
                Numbers.Money(row.Totals.CostUsd),
                Numbers.ExactMoney(row.Totals.CostUsd),
                Share((double)row.Totals.CostUsd, (double)all),
                TelemetryCharts.Colour(view, row.Model)))];
    }

    public static IReadOnlyList<BarRow> Tools(TelemetryPageView view) =>
        [.. view.Tools.Select(row => new BarRow(
            row.Tool, row.Calls, Numbers.Count(row.Calls), $"{Numbers.Of(row.Calls, "call")}, {Numbers.Exact(row.Failures)} failed; P95 {Durations.Milliseconds(row.Ms.P95)}", Numbers.Rate(row.SuccessRate), Plain))];

    /// <summary>How full the 5-hour limits are, if that was observed for anyone; until then tokens, which do not show it.</summary>
    public static IReadOnlyList<BarRow> Quotas(TelemetryPageView view, PageLink link) =>
        HasReadings(view) ? Readings(view, link) : Windows(view, link);

    public static bool HasReadings(TelemetryPageView view) => view.Windows.Any(row => row.Quota is not null);

    private static IReadOnlyList<BarRow> Readings(TelemetryPageView view, PageLink link) =>
        [.. view.Windows.OrderByDescending(row => row.Quota?.UsedPercent ?? -1).ThenByDescending(row => row.Billed)
            .Select(row => new BarRow(
                row.User,
                row.Quota?.UsedPercent ?? 0,
                row.Quota is { UsedPercent: var used } ? Numbers.Used(used) : Numbers.Unknown,
                row.Quota is { } quota ? $"{Numbers.Raw((decimal)quota.UsedPercent)} % by {quota.Source}, observed {Times.Exact(quota.ObservedAt)}" : "Nothing was observed",
                Numbers.Compact(row.Billed),
                row.Quota is { UsedPercent: >= 90 } ? Bad : Plain,
                TelemetryLinks.User(link, row.User)))];

    /// <summary>Tokens of five hours compared with the plan, if its size is known; otherwise on their own.</summary>
    private static IReadOnlyList<BarRow> Windows(TelemetryPageView view, PageLink link) =>
        [.. view.Windows.Select(row => new BarRow(
            row.User,
            row.Billed,
            Numbers.Compact(row.Billed),
            $"{Numbers.Exact(row.Billed)} billed, {Numbers.Exact(row.CacheRead)} cache reads, {Numbers.Exact(row.CacheWrite)} cache writes",
            row.Limit is > 0 and { } limit ? $"{Numbers.Share((double)row.Billed / limit)} of {row.Plan}" : row.Plan ?? "no plan known",
            row.Limit is > 0 and { } most && row.Billed >= 0.9 * most ? Bad : Plain,
            TelemetryLinks.User(link, row.User)))];

    private static IReadOnlyList<BarRow> Counts(IReadOnlyList<NamedCount> rows, Func<NamedCount, string> name, int colour)
    {
        var all = rows.SaturatingSum(row => row.Count);
        return [.. rows.Select(row => new BarRow(name(row), row.Count, Numbers.Count(row.Count), Numbers.Exact(row.Count), Share(row.Count, all), colour))];
    }

    private static string Share(double part, double all) => Numbers.Share(all > 0 ? part / all : null);
}
