namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>How the two accounts of a session's model compare. They are never added together.</summary>
public enum Agreement
{
    /// <summary>Equal, apart from the requests that transcripts leave out.</summary>
    Agree = 1,
    Differ,
    TelemetryOnly,
    HookOnly,
}

/// <summary>Tokens according to one account.</summary>
public sealed record AccountTokens(long Input, long Output, long CacheRead, long CacheWrite)
{
    public static readonly AccountTokens None = new(0, 0, 0, 0);

    public static AccountTokens operator +(AccountTokens left, AccountTokens right) =>
        new(Saturating.Add(left.Input, right.Input), Saturating.Add(left.Output, right.Output), Saturating.Add(left.CacheRead, right.CacheRead), Saturating.Add(left.CacheWrite, right.CacheWrite));

    /// <summary>All four kinds.</summary>
    public long Total => Saturating.Add(Saturating.Add(Input, Output), Saturating.Add(CacheRead, CacheWrite));

    /// <summary>By how much this is more than another account, each kind on its own.</summary>
    public AccountTokens Beyond(AccountTokens other) =>
        new(Math.Max(0, Input - other.Input), Math.Max(0, Output - other.Output), Math.Max(0, CacheRead - other.CacheRead), Math.Max(0, CacheWrite - other.CacheWrite));

    public static AccountTokens operator -(AccountTokens left, AccountTokens right) =>
        new(left.Input - right.Input, left.Output - right.Output, left.CacheRead - right.CacheRead, left.CacheWrite - right.CacheWrite);
}

/// <summary>A session's model according to both accounts.</summary>
/// <param name="Telemetry">All that telemetry counted.</param>
/// <param name="Hook">What the hook reported; null if nothing.</param>
/// <param name="Unseen">The part of <paramref name="Telemetry"/> that transcripts do not contain.</param>
/// <param name="UnseenSources">What that part consists of: compact, web_search_tool, …</param>
/// <param name="Lost">What the session's metrics state beyond its events: as much, at least, was in events that did not arrive. Not part of <paramref name="Telemetry"/>.</param>
public sealed record ReconciledRow(
    string Session, string Model, AccountTokens? Telemetry, AccountTokens? Hook, AccountTokens Unseen, IReadOnlyList<string> UnseenSources, AccountTokens Lost, Agreement Agreement);

/// <summary>What telemetry states about one session, model and query source.</summary>
/// <param name="Counts">False for metrics of a session that events describe.</param>
internal sealed record SessionUsage(string Session, string Model, string QuerySource, AccountTokens Tokens, bool Counts = true);

/// <summary>Compares the two accounts side by side. Pure.</summary>
internal static class Reconciliation
{
    // Observed in recordings of the client: transcripts contain neither the request that compacts nor the one that searches; metrics call both auxiliary.
    private static readonly string[] s_unseen = ["compact", "web_search_tool", "auxiliary"];

    public static IReadOnlyList<ReconciledRow> Compare(IEnumerable<SessionUsage> telemetry, IEnumerable<HookTotals> hook)
    {
        var hooks = hook.ToDictionary(each => (each.Session, each.Model), each => new AccountTokens(each.Input, each.Output, each.CacheRead, each.CacheWrite));
        var rows = telemetry
            .GroupBy(usage => (usage.Session, usage.Model))
            .Select(group => Row(group.Key.Session, group.Key.Model, [.. group], hooks.GetValueOrDefault(group.Key)))
            .ToList();
        var seen = rows.Select(row => (row.Session, row.Model)).ToHashSet();
        rows.AddRange(hooks.Where(pair => !seen.Contains(pair.Key))
            .Select(pair => new ReconciledRow(pair.Key.Session, pair.Key.Model, null, pair.Value, AccountTokens.None, [], AccountTokens.None, Agreement.HookOnly)));
        return [.. rows.OrderBy(row => row.Session, StringComparer.Ordinal).ThenBy(row => row.Model, StringComparer.Ordinal)];
    }

    private static ReconciledRow Row(string session, string model, IReadOnlyList<SessionUsage> usages, AccountTokens? hook)
    {
        static AccountTokens Sum(IEnumerable<SessionUsage> usages) => usages.Aggregate(AccountTokens.None, (sum, usage) => sum + usage.Tokens);

        var counted = usages.Where(usage => usage.Counts).ToList();
        var all = Sum(counted);
        var lost = Sum(usages.Where(usage => !usage.Counts)).Beyond(all);
        var unseen = counted.Where(usage => s_unseen.Contains(usage.QuerySource, StringComparer.Ordinal)).ToList();
        var apart = Sum(unseen);
        var agreement = hook is null ? Agreement.TelemetryOnly : hook == all - apart || hook == all ? Agreement.Agree : Agreement.Differ;
        return new ReconciledRow(session, model, all, hook, apart, [.. unseen.Select(usage => usage.QuerySource).Order(StringComparer.Ordinal)], lost, agreement);
    }
}
