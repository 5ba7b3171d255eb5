namespace Ccflux.Receiver.Quota.Store;

/// <summary>SQL of the writer.</summary>
internal static class QuotaSql
{
    public const string UpsertAccount = """
        INSERT INTO quota_accounts (account_key, owner, source, label, email, created_at) VALUES (@key, @owner, @source, @label, @email, @now)
        ON CONFLICT (account_key, owner) DO UPDATE SET source = excluded.source, email = excluded.email,
            label = CASE WHEN excluded.label = '' THEN quota_accounts.label ELSE excluded.label END
        RETURNING account_id
        """;

    public const string SelectUser = "SELECT user_id FROM users WHERE email = @email";

    /// <summary>The rows that a key may belong to: its own, that of the account's id alone, and those of the account's organisations.</summary>
    public const string SelectAccountsOfKey = """
        SELECT account_id, account_key FROM quota_accounts
        WHERE owner = @owner AND (account_key = @key OR account_key = @account OR (account_key > @account || ':' AND account_key < @account || ';'))
        ORDER BY account_id
        FOR UPDATE
        """;

    /// <summary>An empty label stays as it is.</summary>
    public const string UpdateAccount = """
        UPDATE quota_accounts SET account_key = @key, source = @source, email = @email, label = CASE WHEN @label = '' THEN label ELSE @label END
        WHERE account_id = @account
        """;

    public const string CountAccountsOfOwner = "SELECT count(*) FROM quota_accounts WHERE owner = @owner";

    public const string SelectOnlyAccountOfOwner =
        "SELECT CASE WHEN count(*) = 1 THEN min(account_id) END FROM quota_accounts WHERE owner = @owner AND source <> 'limit_hit'";

    public const string SelectWindows = """
        SELECT window_id, name, used_milli, resets_at, observed_at, started_at, source FROM quota_windows WHERE account_id = @account
        ORDER BY name
        FOR UPDATE
        """;

    public const string InsertWindow = """
        INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, started_at, source)
        VALUES (@account, @name, @used_milli, @resets_at, @observed_at, @started_at, @source)
        RETURNING window_id
        """;

    public const string UpdateWindow = """
        UPDATE quota_windows SET used_milli = @used_milli, resets_at = @resets_at, observed_at = @observed_at, started_at = @started_at, source = @source
        WHERE window_id = @window AND observed_at < @observed_at
        """;

    /// <summary>Whether a window had this figure before: it has a row then.</summary>
    public const string SelectSameFigure = """
        SELECT 1 FROM quota_readings
        WHERE window_id = @window AND used_milli = @used_milli AND resets_at BETWEEN @earliest_reset AND @latest_reset AND observed_at < @before
        LIMIT 1
        """;

    /// <summary>A window that restarts may run out again.</summary>
    public const string ForgetForecast = "UPDATE quota_alert_states SET forecast_told = 0 WHERE window_id = @window";

    public const string InsertReading = """
        INSERT INTO quota_readings (window_id, observed_at, used_milli, resets_at, source) VALUES (@window, @observed_at, @used_milli, @resets_at, @source)
        ON CONFLICT (window_id, observed_at) DO NOTHING
        """;

    public const string SelectBefore = """
        SELECT used_milli, resets_at, observed_at FROM quota_readings WHERE window_id = @window AND observed_at <= @at ORDER BY observed_at DESC LIMIT 1
        """;

    public const string UpsertPoll = """
        INSERT INTO quota_polls (account_id, next_at, last_attempt_at, last_success_at, failures, failure, failed_since, retry_at, recent, credential)
        VALUES (@account, @next_at, @last_attempt_at, @last_success_at, @failures, @failure, @failed_since, @retry_at, @recent, @credential)
        ON CONFLICT (account_id) DO UPDATE SET next_at = excluded.next_at, last_attempt_at = excluded.last_attempt_at,
            last_success_at = excluded.last_success_at, failures = excluded.failures, failure = excluded.failure,
            failed_since = excluded.failed_since, retry_at = excluded.retry_at, recent = excluded.recent,
            credential = excluded.credential
        """;

    public const string SelectPoll = """
        SELECT next_at, last_attempt_at, last_success_at, failures, failure, failed_since, retry_at, recent, credential
        FROM quota_polls WHERE account_id = @account
        """;

    public const string SelectResets = "SELECT resets_at FROM quota_windows WHERE account_id = @account AND resets_at IS NOT NULL";

    public const string UpsertSetting =
        "INSERT INTO quota_settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    // A retention step moves one window's whole hours before a limit into quota_hours.
    public const string SelectExpiredWindow = """
        SELECT w.window_id FROM quota_windows w
        WHERE w.window_id > @after AND (SELECT min(r.observed_at) FROM quota_readings r WHERE r.window_id = w.window_id) < @before
        ORDER BY w.window_id LIMIT 1
        FOR UPDATE
        """;

    public const string FoldHours = $"""
        INSERT INTO quota_hours (window_id, hour, max_milli, last_milli, last_at, resets_at, readings)
        SELECT l.window_id, h.hour, h.max_milli, l.used_milli, l.observed_at, l.resets_at, h.readings
        FROM (SELECT observed_at / {UnixTime.SqlHour} AS hour, max(observed_at) AS last_at, max(used_milli) AS max_milli, count(*) AS readings
              FROM quota_readings WHERE window_id = @window AND observed_at < @before GROUP BY 1) AS h
        JOIN quota_readings l ON l.window_id = @window AND l.observed_at = h.last_at
        WHERE true
        ON CONFLICT (window_id, hour) DO UPDATE SET
            max_milli  = greatest(quota_hours.max_milli, excluded.max_milli),
            last_milli = CASE WHEN excluded.last_at >= quota_hours.last_at THEN excluded.last_milli ELSE quota_hours.last_milli END,
            resets_at  = CASE WHEN excluded.last_at >= quota_hours.last_at THEN excluded.resets_at ELSE quota_hours.resets_at END,
            last_at    = greatest(quota_hours.last_at, excluded.last_at),
            readings   = quota_hours.readings + excluded.readings
        """;

    public const string DeleteFolded = "DELETE FROM quota_readings WHERE window_id = @window AND observed_at < @before";

    public const string DeleteOldDeliveries = "DELETE FROM quota_deliveries WHERE alert_id IN (SELECT alert_id FROM quota_alerts WHERE created_at < @before)";

    public const string DeleteOldAlerts = "DELETE FROM quota_alerts WHERE created_at < @before";
}
