namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>
/// Makes one request of two reports of it. The result does not depend on order, grouping or repetition (it is a join: associative, commutative, idempotent), so copies,
/// resends and late files need no bookkeeping.
/// </summary>
internal static class RequestMerge
{
    /// <summary>The most tokens of a kind that metrics may say of a session and model in a quarter of an hour, so that no sum of them overflows.</summary>
    public const long MaxMetric = 10_000_000_000;

    public static LedgerRequest Merge(in LedgerRequest a, in LedgerRequest b)
    {
        var merged = MergeFigures(a, b);
        var session = MergeSession(a, b);
        return merged with
        {
            At = MergeTime(a, b),
            Sources = a.Sources | b.Sources,
            Session = session.Session,
            SessionRank = session.SessionRank,
            Turn = (long)Math.Max((ulong)a.Turn, (ulong)b.Turn),
            Origin = a.Origin > b.Origin ? a.Origin : b.Origin,
            Terms = a.Terms | b.Terms,
            Duration = Greater(a.Duration, b.Duration),
            FirstToken = Greater(a.FirstToken, b.FirstToken),
            StatedCost = Greater(a.StatedCost, b.StatedCost),
        };
    }

    /// <summary>Adds what metrics say further of the same session, model and quarter of an hour.</summary>
    public static LedgerRequest Sum(in LedgerRequest a, in LedgerRequest b) => a with
    {
        Input = Math.Min(a.Input + b.Input, MaxMetric),
        Output = Math.Min(a.Output + b.Output, MaxMetric),
        CacheRead = Math.Min(a.CacheRead + b.CacheRead, MaxMetric),
        CacheWrite5m = Math.Min(a.CacheWrite5m + b.CacheWrite5m, MaxMetric),
    };

    /// <summary>The greater figures win whole: an answer's output only grows while it is written. Reports with equal figures tell of the same answer, and complete
    /// each other: then a name, and a split of the cache writes by lifetime, may come from either.</summary>
    private static LedgerRequest MergeFigures(in LedgerRequest a, in LedgerRequest b)
    {
        var order = CompareFigures(a, b);
        if (order != 0)
        {
            return order > 0 ? a : b;
        }

        var named = CompareNames(a, b) >= 0 ? a : b;
        var split = CompareSplits(a, b) >= 0 ? a : b;
        return named with
        {
            CacheWrite5m = split.CacheWrite5m,
            CacheWrite1h = split.CacheWrite1h,
            SplitBy = split.SplitBy,
            IsFinal = a.IsFinal || b.IsFinal,
        };
    }

    private static int CompareFigures(in LedgerRequest a, in LedgerRequest b)
    {
        var order = a.Output.CompareTo(b.Output);
        order = order != 0 ? order : (a.Prompt + a.Output).CompareTo(b.Prompt + b.Output);
        order = order != 0 ? order : a.Input.CompareTo(b.Input);
        return order != 0 ? order : a.CacheRead.CompareTo(b.CacheRead);
    }

    private static int CompareNames(in LedgerRequest a, in LedgerRequest b)
    {
        var order = a.NamedBy.CompareTo(b.NamedBy);
        order = order != 0 ? order : a.WebSearches.CompareTo(b.WebSearches);
        return order != 0 ? order : string.CompareOrdinal(a.Model, b.Model);
    }

    private static int CompareSplits(in LedgerRequest a, in LedgerRequest b)
    {
        var order = a.SplitBy.CompareTo(b.SplitBy);
        return order != 0 ? order : a.CacheWrite1h.CompareTo(b.CacheWrite1h);
    }

    /// <summary>The better known session; of equally known ones the smallest, so that a fork's copies stay with one.</summary>
    private static LedgerRequest MergeSession(in LedgerRequest a, in LedgerRequest b)
    {
        var order = a.SessionRank.CompareTo(b.SessionRank);
        return order > 0 || (order == 0 && (ulong)a.Session <= (ulong)b.Session) ? a : b;
    }

    private static long MergeTime(in LedgerRequest a, in LedgerRequest b)
    {
        var (hookA, hookB) = (a.Sources.HasFlag(RequestSources.Hook), b.Sources.HasFlag(RequestSources.Hook));
        return hookA == hookB ? Math.Min(a.At, b.At) : hookA ? a.At : b.At;
    }

    private static long? Greater(long? a, long? b) => a is null || b > a ? b : a;
}
