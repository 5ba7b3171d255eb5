namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Statements for what the pages read in addition to days. They read facts only for the last events and for a page of sessions.</summary>
internal static class UsageReadSql
{
    public const string StoreId = """
        SELECT store_id FROM store
        """;

    public const string Models = """
        SELECT model_id AS Id, name AS Name FROM models ORDER BY first_seen_at, model_id
        """;

    public const string Users = """
        SELECT u.user_id AS Id, u.email AS Email, u.division AS Division, u.created_at AS CreatedAt, u.last_report_at AS LastReportAt,
               u.plugin_version AS PluginVersion, u.claude_code_version AS ClaudeCodeVersion, u.platform AS Platform,
               u.claimed_email AS ClaimedEmail, u.last_refusal AS LastRefusal, u.last_refusal_at AS LastRefusalAt,
               t.sessions AS Sessions, t.turns AS Turns, t.failed AS Failed, t.first_at AS FirstAt, t.last_at AS LastAt,
               r.label AS TierLabel, r.peak_tokens AS TierPeak, r.method AS TierMethod, r.window_count AS TierWindows, r.limit_hit_at AS LimitHitAt
        FROM users u
        LEFT JOIN user_totals t ON t.user_id = u.user_id
        LEFT JOIN tiers r ON r.user_id = u.user_id
        """;

    public const string UserModels = """
        SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM user_models
        """;

    /// <summary>The token itself is never read here.</summary>
    public const string Tokens = """
        SELECT lower(trim(email)) AS Email, coalesce(division, '') AS Division, expires_at AS ExpiresAt, revoked AS Revoked, created_at AS CreatedAt,
               days_valid AS DaysValid
        FROM refresh_tokens WHERE trim(email) <> ''
        """;

    public const string FirstDay = """
        SELECT min(day) FROM user_days
        """;

    public const string Devices = """
        SELECT device_ref AS Id, user_id AS UserId, public_key AS PublicKey, name AS Name, registered_at AS RegisteredAt, last_seen_at AS LastSeenAt,
               approved_at AS ApprovedAt, revoked_at AS RevokedAt, reregistered AS Reregistered
        FROM devices
        """;

    private const string EventColumns = """
        SELECT e.event_id AS Id, t.received_at AS ReceivedAt, t.ended_at AS EndedAt, e.user_id AS UserId, d.name AS Device, s.session_id AS SessionId,
               t.turn_index AS TurnIndex, t.schema_version AS SchemaVersion, e.model_id AS ModelId, e.input_tokens AS Input, e.output_tokens AS Output,
               e.cache_read_tokens AS CacheRead, e.cache_write_tokens AS CacheWrite, e.messages AS Messages, t.outcome AS Outcome, e.partial AS Partial
        """;

    private const string EventJoins = """
        JOIN turns t ON t.turn_id = e.turn_id
        JOIN sessions s ON s.session_ref = t.session_ref
        LEFT JOIN devices d ON d.device_ref = t.device_ref
        """;

    /// <summary>The newest events, in the order in which they were stored.</summary>
    public const string Events = EventColumns + "\n" + """
        FROM (SELECT * FROM events ORDER BY event_id DESC LIMIT $limit) e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The same, filtered. Only the newest $scan events are searched, so that a quiet division does not cause a scan of all events.</summary>
    public const string EventsNarrowed = EventColumns + "\n" + """
        FROM (SELECT * FROM (SELECT * FROM events ORDER BY event_id DESC LIMIT $scan)
              WHERE ($model IS NULL OR model_id = $model) AND ($users IS NULL OR user_id IN (SELECT value FROM json_each($users)))
              ORDER BY event_id DESC LIMIT $limit) e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The newest events before one, filtered; none before $floor is searched.</summary>
    public const string EventsBefore = EventColumns + "\n" + """
        FROM (SELECT * FROM events
              WHERE event_id < $before AND event_id >= $floor
                AND ($model IS NULL OR model_id = $model) AND ($users IS NULL OR user_id IN (SELECT value FROM json_each($users)))
              ORDER BY event_id DESC LIMIT $limit) e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The oldest of the newest $scan events before one; NULL if there is none.</summary>
    public const string EventFloor = """
        SELECT min(event_id) FROM (SELECT event_id FROM events WHERE event_id < $before ORDER BY event_id DESC LIMIT $scan)
        """;

    public const string EventCount = """
        SELECT coalesce(sum(events), 0) FROM user_models
        WHERE ($model IS NULL OR model_id = $model) AND ($users IS NULL OR user_id IN (SELECT value FROM json_each($users)))
        """;

    public const string Audit = """
        SELECT audit_id AS Id, at AS At, actor AS Actor, action AS Action, target AS Target, detail AS Detail, address AS Address
        FROM audit_log ORDER BY audit_id DESC LIMIT $limit OFFSET $offset
        """;

    public const string AuditBefore = """
        SELECT audit_id AS Id, at AS At, actor AS Actor, action AS Action, target AS Target, detail AS Detail, address AS Address
        FROM audit_log WHERE audit_id < $before ORDER BY audit_id DESC LIMIT $limit
        """;

    public const string AuditCount = """
        SELECT count(*) FROM audit_log
        """;

    /// <summary>Users with a limit that ended a turn since an instant, and their last such limit.</summary>
    public const string LimitHits = """
        SELECT user_id AS UserId, max(at) AS At, window AS Window FROM limit_events WHERE final = 1 AND at >= $since GROUP BY user_id
        """;

    public const string UserLimits = """
        SELECT l.at AS At, l.window AS Window, l.resets_at AS ResetsAt, l.final AS Final, s.session_id AS SessionId, l.turn_index AS TurnIndex
        FROM limit_events l JOIN sessions s ON s.session_ref = l.session_ref
        WHERE l.user_id = $user AND l.at >= $from AND l.at < $to ORDER BY l.at DESC LIMIT 50
        """;

    private const string SessionColumns = """
        SELECT session_ref AS Ref, session_id AS SessionId, coalesce(started_at, first_at) AS StartedAt, last_at AS LastAt, turns AS Turns, events AS Events,
               max(0, CAST(input_tokens AS INTEGER)) AS Input, max(0, CAST(output_tokens AS INTEGER)) AS Output,
               max(0, CAST(cache_read_tokens AS INTEGER)) AS CacheRead, max(0, CAST(cache_write_tokens AS INTEGER)) AS CacheWrite
        """;

    public const string SessionCount = """
        SELECT count(*) FROM sessions WHERE user_id = $user AND last_at >= $from AND last_at < $to AND ($search = '' OR instr(session_id, $search) > 0)
        """;

    /// <summary>$key selects the order, $sign its direction.</summary>
    public const string Sessions = SessionColumns + "\n" + """
        FROM sessions
        WHERE user_id = $user AND last_at >= $from AND last_at < $to AND ($search = '' OR instr(session_id, $search) > 0)
        ORDER BY $sign * CASE $key WHEN 'started' THEN coalesce(started_at, first_at) WHEN 'turns' THEN turns
                                   WHEN 'billed' THEN input_tokens + output_tokens ELSE last_at END, session_ref
        LIMIT $limit OFFSET $offset
        """;

    /// <summary>The ids of all these sessions.</summary>
    public const string SessionRefs = """
        SELECT session_ref
        FROM sessions
        WHERE user_id = $user AND last_at >= $from AND last_at < $to AND ($search = '' OR instr(session_id, $search) > 0)
        ORDER BY $sign * CASE $key WHEN 'started' THEN coalesce(started_at, first_at) WHEN 'turns' THEN turns
                                   WHEN 'billed' THEN input_tokens + output_tokens ELSE last_at END, session_ref
        """;

    public const string SessionsOf = SessionColumns + "\n" + """
        FROM sessions WHERE session_ref IN (SELECT value FROM json_each($sessions))
        """;

    /// <summary>What a page of sessions used, by day and model, in the columns that pricing reads. CROSS makes SQLite keep this order of the
    /// tables: without it, SQLite may scan all events of the user once for each session.</summary>
    public const string SessionModels = """
        SELECT t.ended_at / 86400000, e.model_id, t.session_ref, sum(e.messages), CAST(total(e.input_tokens) AS INTEGER), CAST(total(e.output_tokens) AS INTEGER), CAST(total(e.cache_read_tokens) AS INTEGER), CAST(total(e.cache_write_tokens) AS INTEGER), CAST(total(e.cache_write_1h_tokens) AS INTEGER),
               CAST(total(e.over_100k_input_tokens) AS INTEGER), CAST(total(e.over_100k_output_tokens) AS INTEGER), CAST(total(e.over_100k_cache_read_tokens) AS INTEGER), CAST(total(e.over_100k_cache_write_tokens) AS INTEGER), CAST(total(e.over_100k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(e.over_200k_input_tokens) AS INTEGER), CAST(total(e.over_200k_output_tokens) AS INTEGER), CAST(total(e.over_200k_cache_read_tokens) AS INTEGER), CAST(total(e.over_200k_cache_write_tokens) AS INTEGER), CAST(total(e.over_200k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(e.fast_input_tokens) AS INTEGER), CAST(total(e.fast_output_tokens) AS INTEGER), CAST(total(e.fast_cache_read_tokens) AS INTEGER), CAST(total(e.fast_cache_write_tokens) AS INTEGER), CAST(total(e.fast_cache_write_1h_tokens) AS INTEGER)
        FROM sessions s
        CROSS JOIN turns t ON t.user_id = s.user_id AND t.session_ref = s.session_ref
        CROSS JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
        WHERE s.session_ref IN (SELECT value FROM json_each($sessions))
        GROUP BY t.session_ref, t.ended_at / 86400000, e.model_id
        """;
}
