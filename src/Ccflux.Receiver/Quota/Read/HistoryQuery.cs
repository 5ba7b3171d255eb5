using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>The lines of one account's windows over a period, thinned to what a chart can show.</summary>
internal sealed class HistoryQuery(SqliteReaders readers, TimeProvider time)
{
    /// <summary>Points of a window at most: of each stretch of time its largest and its last are kept, so no peak and no reset is lost.</summary>
    public const int MaxPoints = 1440;

    /// <summary>Rows one answer gives at most.</summary>
    public const int MaxReadings = 50_000;

    public const int MaxHours = 24 * 366;

    public async Task<IReadOnlyList<HistorySeries>> ReadAsync(long accountId, TimeSpan period, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        var from = to - period;
        using var lease = await readers.RentAsync(cancellationToken);
        var windows = await lease.Connection.QueryAsync<(long WindowId, string Name)>(QuotaReadSql.WindowsOfAccount, new { AccountId = accountId });
        var series = new List<HistorySeries>();
        foreach (var (windowId, name) in windows.OrderBy(window => Levels.Order(window.Name)).ThenBy(window => window.Name, StringComparer.Ordinal))
        {
            var rows = lease.Connection.Query<(long At, long Milli, long MaxMilli)>(
                QuotaReadSql.History,
                new { WindowId = windowId, From = from.ToUnixTimeMilliseconds(), To = to.ToUnixTimeMilliseconds() },
                buffered: false);
            series.Add(new HistorySeries(name, Thin(rows, period)));
        }

        return series;
    }

    /// <summary>Readings as they were observed, the newest first.</summary>
    public async Task<IReadOnlyList<ReadingReply>> ReadingsAsync(long? accountId, TimeSpan period, bool withEmails, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow().AddMilliseconds(1);
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<ReadingRow>(
            QuotaReadSql.Readings,
            new { AccountId = accountId, From = (to - period).ToUnixTimeMilliseconds(), To = to.ToUnixTimeMilliseconds(), Limit = MaxReadings });
        return [.. rows.Select(row => row.ToReply(withEmails))];
    }

    private static List<HistoryPoint> Thin(IEnumerable<(long At, long Milli, long MaxMilli)> rows, TimeSpan period)
    {
        var stretch = Math.Max(1, (long)(period.TotalMilliseconds / (MaxPoints / 2)));
        var points = new List<HistoryPoint>();
        (long At, long Milli) peak = default, last = default;
        long? current = null;
        foreach (var row in rows)
        {
            if (current is { } known && row.At / stretch != known)
            {
                Flush(points, peak, last);
                current = null;
            }

            if (current is null || row.MaxMilli >= peak.Milli)
            {
                peak = (row.At, row.MaxMilli);
            }

            current = row.At / stretch;
            last = (row.At, row.Milli);
        }

        if (current is not null)
        {
            Flush(points, peak, last);
        }

        return points;
    }

    private static void Flush(List<HistoryPoint> points, (long At, long Milli) peak, (long At, long Milli) last)
    {
        if (peak != last)
        {
            points.Add(new HistoryPoint(RowTime.At(peak.At), peak.Milli / 1000d));
        }

        points.Add(new HistoryPoint(RowTime.At(last.At), last.Milli / 1000d));
    }
}
