using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>What all reports of a request say together, told from the whole set at once: the rules as a person would apply them, without a merge.</summary>
internal static class ExpectedRequest
{
    public static LedgerRequest Of(IReadOnlyCollection<LedgerRequest> reports)
    {
        // The answer as far as it was written: the largest output, then the largest sum, …
        var figures = reports
            .OrderByDescending(report => report.Output)
            .ThenByDescending(report => report.Input + report.Output + report.CacheRead + report.CacheWrite5m + report.CacheWrite1h)
            .ThenByDescending(report => report.Input)
            .ThenByDescending(report => report.CacheRead)
            .First();
        var same = reports.Where(report => report.Output == figures.Output && report.Input == figures.Input && report.CacheRead == figures.CacheRead
            && report.CacheWrite5m + report.CacheWrite1h == figures.CacheWrite5m + figures.CacheWrite1h).ToList();

        // The hook is believed before telemetry; of equals the greatest.
        var named = same.OrderByDescending(IsHook).ThenByDescending(report => report.WebSearches).ThenByDescending(report => report.Model, StringComparer.Ordinal).First();
        var split = same.Where(report => report.SplitBy != RequestSources.None).OrderByDescending(IsHook).ThenByDescending(report => report.CacheWrite1h).Cast<LedgerRequest?>().FirstOrDefault();

        var hook = reports.Where(IsHook).ToList();
        var rank = reports.Max(report => report.SessionRank);
        return figures with
        {
            At = (hook.Count > 0 ? hook : reports).Min(report => report.At),
            Sources = reports.Aggregate(RequestSources.None, (all, report) => all | report.Sources),
            Session = (long)reports.Where(report => report.SessionRank == rank).Min(report => (ulong)report.Session),
            SessionRank = rank,
            Turn = (long)reports.Max(report => (ulong)report.Turn),
            Origin = reports.Max(report => report.Origin),
            Model = named.Model,
            WebSearches = named.WebSearches,
            NamedBy = named.Sources,
            CacheWrite5m = split?.CacheWrite5m ?? figures.CacheWrite5m + figures.CacheWrite1h,
            CacheWrite1h = split?.CacheWrite1h ?? 0,
            SplitBy = split?.Sources ?? RequestSources.None,
            IsFinal = same.Exists(report => report.IsFinal),
            Terms = reports.Aggregate(RequestFlags.None, (all, report) => all | report.Terms),
            Duration = reports.Max(report => report.Duration),
            FirstToken = reports.Max(report => report.FirstToken),
            StatedCost = reports.Max(report => report.StatedCost),
        };
    }

    /// <summary>What metrics say of one cell adds up.</summary>
    public static LedgerRequest OfMetrics(IReadOnlyCollection<LedgerRequest> reports) => reports.First() with
    {
        Input = reports.Sum(report => report.Input),
        Output = reports.Sum(report => report.Output),
        CacheRead = reports.Sum(report => report.CacheRead),
        CacheWrite5m = reports.Sum(report => report.CacheWrite5m),
    };

    public static LedgerTurn Of(IReadOnlyCollection<LedgerTurn> reports)
    {
        var end = reports.Max(report => report.Ended);
        var outcomes = reports.Where(report => report.Ended == end).Select(report => report.Outcome).ToHashSet(StringComparer.Ordinal);
        return new LedgerTurn(
            reports.First().Key,
            (long)reports.Min(report => (ulong)report.Session),
            reports.Min(report => report.Started),
            end,
            outcomes.Contains(TurnOutcome.Failed) ? TurnOutcome.Failed : outcomes.Contains(TurnOutcome.Interrupted) ? TurnOutcome.Interrupted : TurnOutcome.Completed);
    }

    private static bool IsHook(LedgerRequest report) => report.Sources == RequestSources.Hook;
}
