using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes readings within a transaction: the history, and the newest of each window.</summary>
internal static class ReadingWriter
{
    /// <summary>Stores readings of one account. Readings of windows beyond <see cref="Contracts.Quota.ReadingLimits.MaxWindows"/> are dropped.</summary>
    /// <returns>How many were new; the others were known or added nothing.</returns>
    public static int Write(WriteSession session, QuotaAccountId accountId, string source, IReadOnlyList<Reading> readings)
    {
        var facts = ReadingFacts.Load(session, accountId, source, readings);
        var changes = ReadingRule.Decide(facts, source, readings);
        foreach (var change in changes)
        {
            Save(session, accountId, source, change);
        }

        return changes.Sum(change => change.Readings.Count);
    }

    private static void Save(WriteSession session, QuotaAccountId accountId, string source, WindowChange change)
    {
        var newest = change.Newest;
        var windowId = change.WindowId ?? session.Insert(
            QuotaSql.InsertWindow,
            ("account", accountId.Value),
            ("name", newest.Window),
            ("used_milli", newest.UsedMilli),
            ("resets_at", newest.ResetsAt?.ToUnixTimeMilliseconds()),
            ("observed_at", newest.ObservedAt.ToUnixTimeMilliseconds()),
            ("started_at", newest.StartedAt?.ToUnixTimeMilliseconds()),
            ("source", source));
        foreach (var reading in change.Readings)
        {
            session.Execute(
                QuotaSql.InsertReading,
                ("window", windowId),
                ("observed_at", reading.ObservedAt.ToUnixTimeMilliseconds()),
                ("used_milli", reading.UsedMilli),
                ("resets_at", reading.ResetsAt?.ToUnixTimeMilliseconds()),
                ("source", source));
        }

        if (change is { WindowId: not null, IsNewest: true })
        {
            session.Execute(
                QuotaSql.UpdateWindow,
                ("used_milli", newest.UsedMilli),
                ("resets_at", newest.ResetsAt?.ToUnixTimeMilliseconds()),
                ("observed_at", newest.ObservedAt.ToUnixTimeMilliseconds()),
                ("started_at", newest.StartedAt?.ToUnixTimeMilliseconds()),
                ("source", source),
                ("window", windowId));
        }

        if (change.HasRestarted)
        {
            session.Execute(QuotaSql.ForgetForecast, ("window", windowId));
        }
    }
}
