using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>SQL of the readers.</summary>
internal static class QuotaReadSql
{
    public const string Setting = "SELECT value FROM quota_settings WHERE name = @name";

    public const string Accounts = """
        SELECT a.account_id, a.account_key, a.owner, a.source, a.label, CASE WHEN a.email <> '' THEN a.email ELSE coalesce(u.email, '') END,
               p.next_at, p.last_success_at, p.failures, p.failure, p.failed_since, p.retry_at, coalesce(u.division, '')
        FROM quota_accounts a
        LEFT JOIN quota_polls p ON p.account_id = a.account_id
        LEFT JOIN users u ON u.user_id = a.owner
        ORDER BY a.account_id
        LIMIT @limit
        """;

    public const string Windows = """
        SELECT window_id, account_id, name, used_milli, resets_at, observed_at, started_at, source
        FROM quota_windows
        ORDER BY account_id, window_id
        LIMIT @limit
        """;

    public const string ValueBefore = """
        SELECT observed_at, used_milli FROM quota_readings WHERE window_id = @window AND observed_at <= @at ORDER BY observed_at DESC LIMIT 1
        """;

    /// <summary>Those of the accounts that are within a data scope.</summary>
    public const string WindowsOfAccounts = $"""
        SELECT w.window_id, w.account_id, w.name
        FROM quota_windows w
        JOIN quota_accounts a ON a.account_id = w.account_id
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE w.account_id = ANY(@accounts) AND {ScopeSql.OfUser}
        ORDER BY w.account_id, w.window_id
        """;

    /// <summary>
    /// A window in buckets of time. A value and its instant are packed into one number, so that the largest value carries its instant:
    /// used_milli is below 2^20, an instant below 2^42. Columns: bucket, readings, instant of the first, and packed the last, the highest and the lowest; the last reset.
    /// </summary>
    public const string Buckets = $"""
        SELECT at / @bucket, CAST(sum(readings) AS bigint), min(at), max(at * 1048576 + milli),
               max(max_milli * 4398046511104 + at), min(milli * 4398046511104 + at), max(resets_at)
        FROM (
            SELECT last_at AS at, last_milli AS milli, max_milli, readings, resets_at FROM quota_hours
            WHERE window_id = @window AND hour >= @from / {UnixTime.SqlHour} AND hour < @to / {UnixTime.SqlHour}
            UNION ALL
            SELECT observed_at, used_milli, used_milli, 1, resets_at FROM quota_readings
            WHERE window_id = @window AND observed_at >= @from AND observed_at < @to
        ) AS past
        GROUP BY 1
        ORDER BY 1
        """;

    public const string Readings = $"""
        SELECT a.account_id, a.label, CASE WHEN a.email <> '' THEN a.email ELSE coalesce(u.email, '') END,
               w.name, r.used_milli, r.resets_at, r.observed_at, r.source
        FROM quota_accounts a
        JOIN quota_windows w ON w.account_id = a.account_id
        JOIN quota_readings r ON r.window_id = w.window_id
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE (CAST(@account AS bigint) IS NULL OR a.account_id = @account) AND r.observed_at >= @from AND r.observed_at < @to
          AND {ScopeSql.OfUser}
        ORDER BY r.observed_at DESC
        LIMIT @limit
        """;
}
