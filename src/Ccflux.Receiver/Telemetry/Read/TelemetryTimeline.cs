using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>The period hour by hour where it is short, else day by day; empty ones stand too.</summary>
internal static class TelemetryTimeline
{
    public static IReadOnlyList<TimePoint> Build(TelemetryRows rows, TelemetryFilter filter)
    {
        var scale = filter.IsHourly ? 24 : 1;
        var length = filter.IsHourly ? Clock.HourMs : Clock.DayMs;
        var requests = (filter.IsHourly ? rows.Hours : rows.Days).ToLookup(row => row.Time);
        var latencies = Histograms.P95(filter.IsHourly ? rows.HourLatencies : rows.DayLatencies);
        var tools = Histograms.P95(filter.IsHourly ? rows.HourToolLatencies : rows.DayToolLatencies);
        var activity = (filter.IsHourly ? rows.HourActivity : rows.Counts.Where(row => row.Kind is CountKind.ActiveTime).Concat(rows.DayActivity)).ToLookup(row => row.Time);
        var points = new List<TimePoint>();
        for (var at = filter.FirstDay * scale; at < filter.EndDay * scale; at++)
        {
            points.Add(new TimePoint(
                DateTimeOffset.FromUnixTimeMilliseconds(at * length),
                requests[at].Aggregate(RequestTotals.None, (sum, row) => sum + row.ToTotals()),
                [.. requests[at].Select(row => new ModelTotals(row.Model, row.ToTotals()))],
                latencies.GetValueOrDefault(at),
                tools.GetValueOrDefault(at),
                activity[at].Where(row => row.Kind is CountKind.ActiveTime && row.Name is "cli").Sum(row => row.Count) / 1000,
                activity[at].Where(row => row.Kind is CountKind.ActiveTime && row.Name is "user").Sum(row => row.Count) / 1000,
                activity[at].Where(row => row.Kind is CountKind.Session or CountKind.AnonymousSession).Sum(row => row.Count),
                activity[at].Where(row => row.Kind is CountKind.Conversation).Sum(row => row.Count)));
        }

        return points;
    }
}
