using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Builds the figures of a period.</summary>
internal static class PeriodCards
{
    public static TelemetryCards Build(IReadOnlyList<TimeSums> times, IReadOnlyList<CountRow> counts, DurationSums durations)
    {
        var decisions = Decided(counts).ToList();
        long Sum(string kind, string? name = null) => counts
            .Where(row => string.Equals(row.Kind, kind, StringComparison.Ordinal) && (name is null || string.Equals(row.Name, name, StringComparison.Ordinal)))
            .SaturatingSum(row => row.Count);
        long Decisions(Func<string, bool> choose) => decisions.Where(row => choose(row.Detail)).SaturatingSum(row => row.Count);

        return new TelemetryCards(
            times.SelectMany(time => time.Models.Values).Aggregate(default(RequestSum), (sum, each) => sum + each).ToTotals(),
            counts.Where(row => row.IsSession).SaturatingSum(row => row.Count),
            Sum(CountKind.Conversation),
            Percentiles(durations.Requests),
            Percentiles(durations.Tools),
            Sum(CountKind.ActiveTime, "cli"),
            Sum(CountKind.ActiveTime, "user"),
            Sum(CountKind.Lines, "added"),
            Sum(CountKind.Lines, "removed"),
            Sum(CountKind.Commit),
            Sum(CountKind.PullRequest),
            Sum(CountKind.Tool),
            counts.Where(row => row.Kind is CountKind.Tool && row.Detail is "failure").SaturatingSum(row => row.Count),
            Decisions(detail => detail.StartsWith("accept:", StringComparison.Ordinal) && !IsAutomatic(detail)),
            Decisions(detail => detail.StartsWith("reject:", StringComparison.Ordinal) && !IsAutomatic(detail)),
            Decisions(IsAutomatic));
    }

    public static Percentiles Percentiles(LatencyHistogram durations) =>
        new(durations.Percentile(0.5), durations.Percentile(0.95), durations.Percentile(0.99), durations.Count);

    /// <summary>A user's decisions from events if there are any, otherwise those from the metric, which covers edits only. Never both.</summary>
    public static IEnumerable<CountRow> Decided(IReadOnlyCollection<CountRow> counts)
    {
        var byEvent = counts.Where(row => row.Kind is CountKind.Decision).Select(row => row.Person).ToHashSet(StringComparer.Ordinal);
        return counts.Where(row => row.Count > 0 && (row.Kind is CountKind.Decision || (row.Kind is CountKind.EditDecision && !byEvent.Contains(row.Person))));
    }

    /// <summary>Rules and hooks decide without the user.</summary>
    private static bool IsAutomatic(string decision) =>
        decision.EndsWith(":config", StringComparison.Ordinal) || decision.EndsWith(":hook", StringComparison.Ordinal);
}
