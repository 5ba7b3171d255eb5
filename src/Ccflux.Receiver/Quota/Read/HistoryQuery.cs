using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Reads the lines of accounts' windows over a period, thinned to what a chart can show. An account outside the data scope has none, like one that does not exist.</summary>
internal sealed class HistoryQuery(ReadSessions readers, TimeProvider time)
{
    /// <summary>The most points of a window: the lowest, the highest and the last of each bucket are kept, so no peak and no reset is lost.</summary>
    public const int MaxPoints = 1440;

    /// <summary>The most rows of one answer.</summary>
    public const int MaxReadings = 50_000;

    public const int MaxHours = 24 * 366;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    public async Task<IReadOnlyList<HistorySeries>> ReadAsync(QuotaAccountId accountId, TimeSpan period, DataScope allowed, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        var stretch = period / (MaxPoints / 3);
        var windows = await BucketsAsync([accountId], to - period, to, stretch > s_shortest ? stretch : s_shortest, allowed, cancellationToken);
        return [.. windows[accountId].Select(window => new HistorySeries(window.Window, [.. window.Buckets.SelectMany(bucket => bucket.Points)]))];
    }

    /// <summary>The windows of accounts in buckets of time; a bucket without a reading is left out.</summary>
    public async Task<ILookup<QuotaAccountId, WindowHistory>> BucketsAsync(
        IReadOnlyCollection<QuotaAccountId> accountIds, DateTimeOffset from, DateTimeOffset to, TimeSpan stretch, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var windows = session.List(
            QuotaReadSql.WindowsOfAccounts,
            static rows => (WindowId: rows.Int64(0), AccountId: new QuotaAccountId(rows.Int64(1)), Name: rows.Text(2)),
            allowed.With(("accounts", accountIds.Select(id => id.Value).ToArray())));
        var histories = new List<(QuotaAccountId AccountId, WindowHistory History)>();
        foreach (var (windowId, accountId, name) in windows.OrderBy(window => Levels.Order(window.Name)).ThenBy(window => window.Name, StringComparer.Ordinal))
        {
            var buckets = session.List(
                QuotaReadSql.Buckets,
                HistoryBucket.Read,
                ("window", windowId),
                ("from", from.ToUnixTimeMilliseconds()),
                ("to", to.ToUnixTimeMilliseconds()),
                ("bucket", (long)stretch.TotalMilliseconds));
            histories.Add((accountId, new WindowHistory(name, buckets)));
        }

        return histories.ToLookup(pair => pair.AccountId, pair => pair.History);
    }

    /// <summary>Readings as they were observed, newest first.</summary>
    public async Task<IReadOnlyList<ReadingReply>> ReadingsAsync(QuotaAccountId? accountId, TimeSpan period, QuotaAudience audience, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            QuotaReadSql.Readings,
            rows => ReadingReply.Read(rows, audience.WithEmails),
            audience.Allowed.With(
                ("account", accountId?.Value),
                ("from", (to - period).ToUnixTimeMilliseconds()),
                ("to", to.ToUnixTimeMilliseconds()),
                ("limit", MaxReadings)));
    }
}
