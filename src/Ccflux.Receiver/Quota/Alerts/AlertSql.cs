using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>SQL of alerts.</summary>
internal static class AlertSql
{
    public const string SelectState = "SELECT threshold_milli, forecast_told, resets_at FROM quota_alert_states WHERE window_id = @window FOR UPDATE";

    public const string UpsertState = """
        INSERT INTO quota_alert_states (window_id, threshold_milli, forecast_told, resets_at) VALUES (@window, @threshold_milli, @forecast_told, @resets_at)
        ON CONFLICT (window_id) DO UPDATE SET threshold_milli = excluded.threshold_milli, forecast_told = excluded.forecast_told, resets_at = excluded.resets_at
        """;

    public const string SelectRule = "SELECT thresholds, forecast FROM quota_alert_rules WHERE account_id = @account";

    public const string UpsertRule = """
        INSERT INTO quota_alert_rules (account_id, thresholds, forecast) SELECT account_id, @thresholds, @forecast FROM quota_accounts WHERE account_id = @account
        ON CONFLICT (account_id) DO UPDATE SET thresholds = excluded.thresholds, forecast = excluded.forecast
        """;

    public const string InsertAlert = """
        INSERT INTO quota_alerts (account_id, "window", kind, used_milli, threshold_milli, resets_at, earliest_at, latest_at, created_at, held)
        VALUES (@account, @window_name, @kind, @used_milli, @threshold_milli, @resets_at, @earliest_at, @latest_at, @now, @held)
        RETURNING alert_id
        """;

    public const string InsertNotice = """
        INSERT INTO quota_alerts (account_id, "window", kind, used_milli, created_at, message) VALUES (0, '', @kind, 0, @now, @message) RETURNING alert_id
        """;

    public const string SelectOwner = "SELECT owner FROM quota_accounts WHERE account_id = @account";

    /// <summary>Alerts that were sent individually, about a user (owner above 0) or about one polled account.</summary>
    public const string CountOfSource = """
        SELECT count(*) FROM quota_alerts a JOIN quota_accounts q ON q.account_id = a.account_id
        WHERE a.created_at > @since AND a.kind IN ('threshold', 'forecast') AND q.owner = @owner AND (@owner <> 0 OR q.account_id = @account)
        """;

    /// <summary>The digest of a source.</summary>
    public const string SelectDigest = """
        SELECT a.alert_id FROM quota_alerts a JOIN quota_accounts q ON q.account_id = a.account_id
        WHERE a.created_at > @since AND a.kind = 'digest' AND q.owner = @owner AND (@owner <> 0 OR q.account_id = @account)
        ORDER BY a.alert_id DESC LIMIT 1
        """;

    /// <summary>Adds an alert to a digest, which names the fullest window.</summary>
    public const string AddToDigest = """
        UPDATE quota_alerts SET held = held + 1, "window" = CASE WHEN @used_milli > used_milli THEN @window_name ELSE "window" END,
                                used_milli = greatest(used_milli, @used_milli)
        WHERE alert_id = @alert
        """;

    public const string CountWaiting = "SELECT count(*) FROM quota_deliveries WHERE state = 'waiting'";

    public const string CountReportedWaiting = """
        SELECT count(*) FROM quota_deliveries d
        JOIN quota_alerts a ON a.alert_id = d.alert_id
        JOIN quota_accounts q ON q.account_id = a.account_id AND q.owner <> 0
        WHERE d.state = 'waiting'
        """;

    public const string InsertDelivery = "INSERT INTO quota_deliveries (alert_id, channel, state, attempts, next_at) VALUES (@alert, @channel, 'waiting', 0, @next_at)";

    /// <summary>Changes nothing if the delivery is no longer as it was read: another receiver has claimed it.</summary>
    public const string UpdateDelivery = """
        UPDATE quota_deliveries SET state = @state, attempts = @attempts, next_at = @next_at, error = @error, delivered_at = @delivered_at
        WHERE alert_id = @alert AND channel = @channel AND state = 'waiting' AND attempts = @known_attempts AND next_at = @known_next_at
        """;

    public const string WindowsOfAccount = """
        SELECT window_id, account_id, name, used_milli, resets_at, observed_at, started_at, source FROM quota_windows WHERE account_id = @account
        ORDER BY name
        FOR UPDATE
        """;

    public const string DeleteRule = "DELETE FROM quota_alert_rules WHERE account_id = @account";

    /// <summary>The name of an account that people know.</summary>
    private const string Name = "coalesce(nullif(a.label, ''), nullif(a.email, ''), u.email, 'account ' || a.account_id)";

    /// <summary>Of accounts within a data scope.</summary>
    public const string Rules = $"""
        SELECT r.account_id, {Name}, r.thresholds, r.forecast
        FROM quota_alert_rules r
        JOIN quota_accounts a ON a.account_id = r.account_id
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE {ScopeSql.OfUser}
        ORDER BY 2
        LIMIT @limit
        """;

    public const string WithoutRule = $"""
        SELECT a.account_id, {Name}
        FROM quota_accounts a
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE NOT EXISTS (SELECT 1 FROM quota_alert_rules r WHERE r.account_id = a.account_id) AND {ScopeSql.OfUser}
        ORDER BY 2
        LIMIT @limit
        """;

    private const string AlertColumns = """
        SELECT d.alert_id, d.channel, d.state, d.attempts, d.next_at, d.error, d.delivered_at,
               a.window, a.kind, a.used_milli, a.threshold_milli, a.resets_at, a.earliest_at, a.latest_at, a.created_at, a.message, a.held,
               coalesce(CASE a.kind WHEN 'notice' THEN '' END, nullif(q.label, ''), nullif(q.email, ''), u.email, 'account ' || a.account_id)
        FROM quota_deliveries d
        JOIN quota_alerts a ON a.alert_id = d.alert_id
        LEFT JOIN quota_accounts q ON q.account_id = a.account_id
        LEFT JOIN users u ON u.user_id = q.owner
        """;

    /// <summary>Alerts about polled accounts, tests and notifications first; then those about users' reports, the oldest of each user before the second of anyone.</summary>
    public const string Due = AlertColumns + """
         WHERE d.state = 'waiting' AND d.next_at <= @now
         ORDER BY coalesce(q.owner, 0) <> 0, row_number() OVER (PARTITION BY d.channel, coalesce(q.owner, 0), CASE coalesce(q.owner, 0) WHEN 0 THEN a.account_id END ORDER BY d.next_at), d.next_at
         LIMIT @limit
        """;

    public const string Recent = AlertColumns + $"""
         WHERE {ScopeSql.OfUser}
         ORDER BY d.alert_id DESC, d.channel LIMIT @limit
        """;
}
