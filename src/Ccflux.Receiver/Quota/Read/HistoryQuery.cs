using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Reads the lines of one account's windows over a period, thinned to what a chart can show.</summary>
internal sealed class HistoryQuery(SqliteReaders readers, TimeProvider time)
{
    /// <summary>The most points of a window: the lowest, the highest and the last of each bucket are kept, so no peak and no reset is lost.</summary>
    public const int MaxPoints = 1440;

    /// <summary>The most rows of one answer.</summary>
    public const int MaxReadings = 50_000;

    public const int MaxHours = 24 * 366;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    public async Task<IReadOnlyList<HistorySeries>> ReadAsync(long accountId, TimeSpan period, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        var stretch = period / (MaxPoints / 3);
        var windows = await BucketsAsync([accountId], to - period, to, stretch > s_shortest ? stretch : s_shortest, cancellationToken);
        return [.. windows[accountId].Select(window => new HistorySeries(window.Window, [.. window.Buckets.SelectMany(bucket => bucket.Points)]))];
    }

    /// <summary>The windows of accounts in buckets of time; a bucket without a reading is left out.</summary>
    public async Task<ILookup<long, WindowHistory>> BucketsAsync(
        IReadOnlyCollection<long> accountIds, DateTimeOffset from, DateTimeOffset to, TimeSpan stretch, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var windows = await lease.Connection.QueryAsync<(long WindowId, long AccountId, string Name)>(QuotaReadSql.WindowsOfAccounts, new { AccountIds = accountIds });
        var histories = new List<(long AccountId, WindowHistory History)>();
        foreach (var (windowId, accountId, name) in windows.OrderBy(window => Levels.Order(window.Name)).ThenBy(window => window.Name, StringComparer.Ordinal))
        {
            var rows = await lease.Connection.QueryAsync<BucketRow>(
                QuotaReadSql.Buckets,
                new { WindowId = windowId, From = from.ToUnixTimeMilliseconds(), To = to.ToUnixTimeMilliseconds(), Bucket = (long)stretch.TotalMilliseconds });
            histories.Add((accountId, new WindowHistory(name, [.. rows.Select(row => row.ToBucket())])));
        }

        return histories.ToLookup(pair => pair.AccountId, pair => pair.History);
    }

    /// <summary>Readings as they were observed, newest first.</summary>
    public async Task<IReadOnlyList<ReadingReply>> ReadingsAsync(long? accountId, TimeSpan period, bool withEmails, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<ReadingRow>(
            QuotaReadSql.Readings,
            new { AccountId = accountId, From = (to - period).ToUnixTimeMilliseconds(), To = to.ToUnixTimeMilliseconds(), Limit = MaxReadings });
        return [.. rows.Select(row => row.ToReply(withEmails))];
    }
}
