namespace Ccflux.Receiver.Quota.Store;

/// <summary>SQL of the readers.</summary>
internal static class QuotaReadSql
{
    public const string Setting = "SELECT value FROM quota_settings WHERE name = @Name";

    public const string Accounts = """
        SELECT a.account_id AS AccountId, a.account_key AS AccountKey, a.owner AS Owner, a.source AS Source, a.label AS Label,
               CASE WHEN a.email <> '' THEN a.email ELSE coalesce(u.email, '') END AS Email,
               p.next_at AS NextAt, p.last_success_at AS LastSuccessAt, p.failures AS Failures, p.failure AS Failure,
               p.failed_since AS FailedSince, p.retry_at AS RetryAt
        FROM quota_accounts a
        LEFT JOIN quota_polls p ON p.account_id = a.account_id
        LEFT JOIN users u ON u.user_id = a.owner
        ORDER BY a.account_id
        LIMIT @Limit
        """;

    public const string Windows = """
        SELECT window_id AS WindowId, account_id AS AccountId, name AS Name, used_milli AS UsedMilli, resets_at AS ResetsAt,
               observed_at AS ObservedAt, started_at AS StartedAt, source AS Source
        FROM quota_windows
        ORDER BY account_id, window_id
        LIMIT @Limit
        """;

    public const string ValueBefore = """
        SELECT observed_at AS ObservedAt, used_milli AS UsedMilli
        FROM quota_readings WHERE window_id = @WindowId AND observed_at <= @At ORDER BY observed_at DESC LIMIT 1
        """;

    public const string WindowsOfAccounts = """
        SELECT window_id AS WindowId, account_id AS AccountId, name AS Name FROM quota_windows WHERE account_id IN @AccountIds ORDER BY account_id, window_id
        """;

    /// <summary>
    /// A window in buckets of time. A value and its instant are packed into one number, so that the largest value carries its instant:
    /// used_milli is below 2^20, an instant below 2^42.
    /// </summary>
    public const string Buckets = """
        SELECT at / @Bucket AS Bucket, sum(readings) AS Readings, min(at) AS FirstAt, max(at * 1048576 + milli) AS Last,
               max(max_milli * 4398046511104 + at) AS Highest, min(milli * 4398046511104 + at) AS Lowest, max(resets_at) AS ResetsAt
        FROM (
            SELECT last_at AS at, last_milli AS milli, max_milli, readings, resets_at FROM quota_hours
            WHERE window_id = @WindowId AND hour >= @From / 3600000 AND hour < @To / 3600000
            UNION ALL
            SELECT observed_at, used_milli, used_milli, 1, resets_at FROM quota_readings
            WHERE window_id = @WindowId AND observed_at >= @From AND observed_at < @To
        ) AS past
        GROUP BY 1
        ORDER BY 1
        """;

    public const string Readings = """
        SELECT a.account_id AS AccountId, a.label AS Label, CASE WHEN a.email <> '' THEN a.email ELSE coalesce(u.email, '') END AS Email,
               w.name AS Window, r.used_milli AS UsedMilli, r.resets_at AS ResetsAt, r.observed_at AS ObservedAt, r.source AS Source
        FROM quota_accounts a
        JOIN quota_windows w ON w.account_id = a.account_id
        JOIN quota_readings r ON r.window_id = w.window_id
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE (@AccountId IS NULL OR a.account_id = @AccountId) AND r.observed_at >= @From AND r.observed_at < @To
        ORDER BY r.observed_at DESC
        LIMIT @Limit
        """;
}
