namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>SQL of alerts. Parameters of the writer's statements are positional.</summary>
internal static class AlertSql
{
    public const string SelectState = "SELECT threshold_milli, forecast_told, resets_at FROM quota_alert_states WHERE window_id = ?";

    public const string UpsertState = """
        INSERT INTO quota_alert_states (window_id, threshold_milli, forecast_told, resets_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (window_id) DO UPDATE SET threshold_milli = excluded.threshold_milli, forecast_told = excluded.forecast_told, resets_at = excluded.resets_at
        """;

    public const string SelectRule = "SELECT thresholds, forecast FROM quota_alert_rules WHERE account_id = ?";

    public const string UpsertRule = """
        INSERT INTO quota_alert_rules (account_id, thresholds, forecast) SELECT account_id, ?2, ?3 FROM quota_accounts WHERE account_id = ?1
        ON CONFLICT (account_id) DO UPDATE SET thresholds = excluded.thresholds, forecast = excluded.forecast
        """;

    public const string InsertAlert = """
        INSERT INTO quota_alerts (account_id, window, kind, used_milli, threshold_milli, resets_at, earliest_at, latest_at, created_at, held)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING alert_id
        """;

    public const string InsertNotice = """
        INSERT INTO quota_alerts (account_id, window, kind, used_milli, created_at, message) VALUES (0, '', ?, 0, ?, ?) RETURNING alert_id
        """;

    public const string SelectOwner = "SELECT owner FROM quota_accounts WHERE account_id = ?";

    /// <summary>Alerts that were sent individually, about a user (owner above 0) or about one polled account. Parameters: owner, account, since.</summary>
    public const string CountOfSource = """
        SELECT count(*) FROM quota_alerts a JOIN quota_accounts q ON q.account_id = a.account_id
        WHERE a.created_at > ?3 AND a.kind IN ('threshold', 'forecast') AND q.owner = ?1 AND (?1 <> 0 OR q.account_id = ?2)
        """;

    /// <summary>The digest of a source. Parameters: owner, account, since.</summary>
    public const string SelectDigest = """
        SELECT a.alert_id FROM quota_alerts a JOIN quota_accounts q ON q.account_id = a.account_id
        WHERE a.created_at > ?3 AND a.kind = 'digest' AND q.owner = ?1 AND (?1 <> 0 OR q.account_id = ?2)
        ORDER BY a.alert_id DESC LIMIT 1
        """;

    /// <summary>Adds an alert to a digest, which names the fullest window. Parameters: window, used_milli, alert.</summary>
    public const string AddToDigest = """
        UPDATE quota_alerts SET held = held + 1, window = CASE WHEN ?2 > used_milli THEN ?1 ELSE window END, used_milli = max(used_milli, ?2) WHERE alert_id = ?3
        """;

    public const string CountWaiting = "SELECT count(*) FROM quota_deliveries WHERE state = 'waiting'";

    public const string CountReportedWaiting = """
        SELECT count(*) FROM quota_deliveries d
        JOIN quota_alerts a ON a.alert_id = d.alert_id
        JOIN quota_accounts q ON q.account_id = a.account_id AND q.owner <> 0
        WHERE d.state = 'waiting'
        """;

    public const string InsertDelivery = "INSERT INTO quota_deliveries (alert_id, channel, state, attempts, next_at) VALUES (?, ?, 'waiting', 0, ?)";

    public const string UpdateDelivery = """
        UPDATE quota_deliveries SET state = ?, attempts = ?, next_at = ?, error = ?, delivered_at = ? WHERE alert_id = ? AND channel = ?
        """;

    public const string WindowsOfAccount = """
        SELECT window_id AS WindowId, account_id AS AccountId, name AS Name, used_milli AS UsedMilli, resets_at AS ResetsAt,
               observed_at AS ObservedAt, started_at AS StartedAt, source AS Source
        FROM quota_windows WHERE account_id = @AccountId
        """;

    public const string DeleteRule = "DELETE FROM quota_alert_rules WHERE account_id = ?";

    /// <summary>The name of an account that people know.</summary>
    private const string Name = "coalesce(nullif(a.label, ''), nullif(a.email, ''), u.email, 'account ' || a.account_id) AS Account";

    public const string Rules = $"""
        SELECT r.account_id AS AccountId, {Name}, r.thresholds AS Thresholds, r.forecast AS Forecast
        FROM quota_alert_rules r
        JOIN quota_accounts a ON a.account_id = r.account_id
        LEFT JOIN users u ON u.user_id = a.owner
        ORDER BY 2
        LIMIT @Limit
        """;

    public const string WithoutRule = $"""
        SELECT a.account_id AS AccountId, {Name}
        FROM quota_accounts a
        LEFT JOIN users u ON u.user_id = a.owner
        WHERE NOT EXISTS (SELECT 1 FROM quota_alert_rules r WHERE r.account_id = a.account_id)
        ORDER BY 2
        LIMIT @Limit
        """;

    private const string AlertColumns = """
        SELECT d.alert_id AS AlertId, d.channel AS Channel, d.state AS State, d.attempts AS Attempts, d.next_at AS NextAt, d.error AS Error,
               d.delivered_at AS DeliveredAt, a.window AS Window, a.kind AS Kind, a.used_milli AS UsedMilli, a.threshold_milli AS ThresholdMilli,
               a.resets_at AS ResetsAt, a.earliest_at AS EarliestAt, a.latest_at AS LatestAt, a.created_at AS CreatedAt,
               a.message AS Message, a.held AS Held,
               coalesce(CASE a.kind WHEN 'notice' THEN '' END, nullif(q.label, ''), nullif(q.email, ''), u.email, 'account ' || a.account_id) AS Account
        FROM quota_deliveries d
        JOIN quota_alerts a ON a.alert_id = d.alert_id
        LEFT JOIN quota_accounts q ON q.account_id = a.account_id
        LEFT JOIN users u ON u.user_id = q.owner
        """;

    /// <summary>Alerts about polled accounts, tests and notifications first; then those about users' reports, the oldest of each user before the second of anyone.</summary>
    public const string Due = AlertColumns + """
         WHERE d.state = 'waiting' AND d.next_at <= @Now
         ORDER BY coalesce(q.owner, 0) <> 0, row_number() OVER (PARTITION BY d.channel, coalesce(q.owner, 0), CASE coalesce(q.owner, 0) WHEN 0 THEN a.account_id END ORDER BY d.next_at), d.next_at
         LIMIT @Limit
        """;

    public const string Recent = AlertColumns + " ORDER BY d.alert_id DESC, d.channel LIMIT @Limit";
}
