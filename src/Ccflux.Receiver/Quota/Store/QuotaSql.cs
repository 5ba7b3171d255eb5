namespace Ccflux.Receiver.Quota.Store;

/// <summary>SQL of the writer. Parameters are positional.</summary>
internal static class QuotaSql
{
    public const string UpsertAccount = """
        INSERT INTO quota_accounts (account_key, owner, source, label, email, created_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (account_key, owner) DO UPDATE SET source = excluded.source, email = excluded.email,
            label = CASE WHEN excluded.label = '' THEN label ELSE excluded.label END
        RETURNING account_id
        """;

    public const string SelectUser = "SELECT user_id FROM users WHERE email = ?";

    public const string SelectAccountId = "SELECT account_id FROM quota_accounts WHERE account_key = ? AND owner = ?";

    /// <summary>The row that an account's id alone names, if no organisation of the account is known. Parameters: the account's id, owner.</summary>
    public const string SelectWithoutOrganization = """
        SELECT account_id FROM quota_accounts
        WHERE account_key = ?1 AND owner = ?2
          AND NOT EXISTS (SELECT 1 FROM quota_accounts o WHERE o.owner = ?2 AND o.account_key > ?1 || ':' AND o.account_key < ?1 || ';')
        """;

    /// <summary>The row of the only known organisation of an account; null if there are several. Parameters: the account's id, owner.</summary>
    public const string SelectOnlyOrganization = """
        SELECT CASE WHEN count(*) = 1 THEN min(account_id) END FROM quota_accounts
        WHERE owner = ?2 AND account_key > ?1 || ':' AND account_key < ?1 || ';'
        """;

    public const string UpdateAccountKey = "UPDATE quota_accounts SET account_key = ? WHERE account_id = ?";

    /// <summary>Parameters: source, e-mail, label (empty: unchanged), account.</summary>
    public const string UpdateAccount = """
        UPDATE quota_accounts SET source = ?1, email = ?2, label = CASE WHEN ?3 = '' THEN label ELSE ?3 END WHERE account_id = ?4
        """;

    public const string CountAccountsOfOwner = "SELECT count(*) FROM quota_accounts WHERE owner = ?";

    public const string SelectOnlyAccountOfOwner =
        "SELECT CASE WHEN count(*) = 1 THEN min(account_id) END FROM quota_accounts WHERE owner = ? AND source <> 'limit_hit'";

    public const string SelectWindow = "SELECT window_id, used_milli, resets_at, observed_at, started_at, source FROM quota_windows WHERE account_id = ? AND name = ?";

    public const string CountWindows = "SELECT count(*) FROM quota_windows WHERE account_id = ?";

    public const string InsertWindow = """
        INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING window_id
        """;

    public const string UpdateWindow = """
        UPDATE quota_windows SET used_milli = ?, resets_at = ?, observed_at = ?, started_at = ?, source = ? WHERE window_id = ? AND observed_at < ?
        """;

    /// <summary>Whether a window had this figure before. Parameters: window, used_milli, earliest reset, latest reset, observed before.</summary>
    public const string SelectSameFigure = """
        SELECT 1 FROM quota_readings WHERE window_id = ?1 AND used_milli = ?2 AND resets_at BETWEEN ?3 AND ?4 AND observed_at < ?5 LIMIT 1
        """;

    /// <summary>A window that restarts may run out again.</summary>
    public const string ForgetForecast = "UPDATE quota_alert_states SET forecast_told = 0 WHERE window_id = ?";

    public const string InsertReading = """
        INSERT INTO quota_readings (window_id, observed_at, used_milli, resets_at, source) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (window_id, observed_at) DO NOTHING
        """;

    public const string SelectBefore = """
        SELECT used_milli, resets_at, observed_at FROM quota_readings WHERE window_id = ? AND observed_at <= ? ORDER BY observed_at DESC LIMIT 1
        """;

    public const string UpsertPoll = """
        INSERT INTO quota_polls (account_id, next_at, last_attempt_at, last_success_at, failures, failure, failed_since, retry_at, recent, credential)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (account_id) DO UPDATE SET next_at = excluded.next_at, last_attempt_at = excluded.last_attempt_at,
            last_success_at = excluded.last_success_at, failures = excluded.failures, failure = excluded.failure,
            failed_since = excluded.failed_since, retry_at = excluded.retry_at, recent = excluded.recent,
            credential = excluded.credential
        """;

    public const string SelectPoll = """
        SELECT next_at, last_attempt_at, last_success_at, failures, failure, failed_since, retry_at, recent, credential FROM quota_polls WHERE account_id = ?
        """;

    public const string SelectResets = "SELECT resets_at FROM quota_windows WHERE account_id = ? AND resets_at IS NOT NULL";

    public const string UpsertSetting =
        "INSERT INTO quota_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string SelectSetting = "SELECT value FROM quota_settings WHERE name = ?";

    // A retention step moves one window's whole hours before a limit into quota_hours.
    public const string SelectExpiredWindow = """
        SELECT w.window_id FROM quota_windows w
        WHERE w.window_id > ? AND (SELECT min(r.observed_at) FROM quota_readings r WHERE r.window_id = w.window_id) < ?
        ORDER BY w.window_id LIMIT 1
        """;

    // With a single max(), SQLite takes the bare columns from the row that has it; the largest value of each hour needs a second query.
    public const string FoldHours = """
        INSERT INTO quota_hours (window_id, hour, max_milli, last_milli, last_at, resets_at, readings)
        SELECT l.window_id, l.hour, m.max_milli, l.used_milli, l.observed_at, l.resets_at, m.readings
        FROM (SELECT window_id, observed_at / 3600000 AS hour, max(observed_at) AS observed_at, used_milli, resets_at
              FROM quota_readings WHERE window_id = ?1 AND observed_at < ?2 GROUP BY 2) l
        JOIN (SELECT observed_at / 3600000 AS hour, max(used_milli) AS max_milli, count(*) AS readings
              FROM quota_readings WHERE window_id = ?1 AND observed_at < ?2 GROUP BY 1) m ON m.hour = l.hour
        WHERE true
        ON CONFLICT (window_id, hour) DO UPDATE SET
            max_milli  = max(max_milli, excluded.max_milli),
            last_milli = CASE WHEN excluded.last_at >= last_at THEN excluded.last_milli ELSE last_milli END,
            resets_at  = CASE WHEN excluded.last_at >= last_at THEN excluded.resets_at ELSE resets_at END,
            last_at    = max(last_at, excluded.last_at),
            readings   = readings + excluded.readings
        """;

    public const string DeleteFolded = "DELETE FROM quota_readings WHERE window_id = ? AND observed_at < ?";

    public const string DeleteOldDeliveries = "DELETE FROM quota_deliveries WHERE alert_id IN (SELECT alert_id FROM quota_alerts WHERE created_at < ?)";

    public const string DeleteOldAlerts = "DELETE FROM quota_alerts WHERE created_at < ?";
}
