namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Statements for what the pages read in addition to days. They read facts only for the last events and for a page of sessions.</summary>
internal static class UsageReadSql
{
    public const string StoreId = """
        SELECT store_id FROM store
        """;

    public const string Models = """
        SELECT model_id, name FROM models ORDER BY first_seen_at, model_id
        """;

    public const string Users = """
        SELECT u.user_id, u.email, u.division, u.created_at, u.last_report_at,
               u.plugin_version, u.claude_code_version, u.platform, u.claimed_email, u.last_refusal, u.last_refusal_at,
               t.sessions, t.turns, t.failed, t.first_at, t.last_at,
               r.label, r.peak_tokens, r.method, r.window_count, r.limit_hit_at
        FROM users u
        LEFT JOIN user_totals t ON t.user_id = u.user_id
        LEFT JOIN tiers r ON r.user_id = u.user_id
        ORDER BY u.user_id
        """;

    public const string UserModels = """
        SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM user_models
        """;

    /// <summary>The token itself is never read here.</summary>
    public const string Tokens = """
        SELECT lower(trim(email)), coalesce(division, ''), expires_at, revoked, created_at, days_valid
        FROM refresh_tokens WHERE trim(email) <> ''
        """;

    public const string FirstDay = """
        SELECT min(day) FROM user_days
        """;

    public const string Devices = """
        SELECT device_ref, user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at, reregistered
        FROM devices ORDER BY device_ref
        """;

    private const string EventColumns = """
        SELECT e.event_id, t.received_at, t.ended_at, e.user_id, d.name, s.session_id,
               t.turn_index, t.schema_version, e.model_id, e.input_tokens, e.output_tokens,
               e.cache_read_tokens, e.cache_write_tokens, e.messages, t.outcome, e.partial
        """;

    private const string EventJoins = """
        JOIN turns t ON t.turn_id = e.turn_id
        JOIN sessions s ON s.session_ref = t.session_ref
        LEFT JOIN devices d ON d.device_ref = t.device_ref
        """;

    /// <summary>The newest events, in the order in which they were stored.</summary>
    public const string Events = EventColumns + "\n" + """
        FROM (SELECT * FROM events ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The same, filtered. Only the newest @scan events are searched, so that a quiet division does not cause a scan of all events.</summary>
    public const string EventsNarrowed = EventColumns + "\n" + """
        FROM (SELECT * FROM (SELECT * FROM events ORDER BY event_id DESC LIMIT @scan) AS newest
              WHERE (CAST(@model AS bigint) IS NULL OR model_id = @model) AND (@everybody = 1 OR user_id = ANY(@users))
              ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The newest events before one, filtered; none before @floor is searched.</summary>
    public const string EventsBefore = EventColumns + "\n" + """
        FROM (SELECT * FROM events
              WHERE event_id < @before AND event_id >= @floor
                AND (CAST(@model AS bigint) IS NULL OR model_id = @model) AND (@everybody = 1 OR user_id = ANY(@users))
              ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The oldest of the newest @scan events before one; NULL if there is none.</summary>
    public const string EventFloor = """
        SELECT min(event_id) FROM (SELECT event_id FROM events WHERE event_id < @before ORDER BY event_id DESC LIMIT @scan) AS newest
        """;

    public const string EventCount = """
        SELECT CAST(coalesce(sum(events), 0) AS bigint) FROM user_models
        WHERE (CAST(@model AS bigint) IS NULL OR model_id = @model) AND (@everybody = 1 OR user_id = ANY(@users))
        """;

    public const string Audit = """
        SELECT audit_id, at, actor, action, target, detail, address
        FROM audit_log ORDER BY audit_id DESC LIMIT @limit OFFSET @offset
        """;

    public const string AuditBefore = """
        SELECT audit_id, at, actor, action, target, detail, address
        FROM audit_log WHERE audit_id < @before ORDER BY audit_id DESC LIMIT @limit
        """;

    public const string AuditCount = """
        SELECT count(*) FROM audit_log
        """;

    /// <summary>Users with a limit that ended a turn since an instant, and their last such limit. Of several at the same instant it is the first session's.</summary>
    public const string LimitHits = """
        SELECT user_id, at, "window"
        FROM (SELECT user_id, at, "window", row_number() OVER (PARTITION BY user_id ORDER BY at DESC, session_ref, turn_index) AS place
              FROM limit_events WHERE final = 1 AND at >= @since) AS hits
        WHERE place = 1 ORDER BY user_id
        """;

    public const string UserLimits = """
        SELECT l.at, l.window, l.resets_at, l.final, s.session_id, l.turn_index
        FROM limit_events l JOIN sessions s ON s.session_ref = l.session_ref
        WHERE l.user_id = @user AND l.at >= @from AND l.at < @to ORDER BY l.at DESC LIMIT 50
        """;

    private const string SessionColumns = """
        SELECT session_ref, session_id, coalesce(started_at, first_at), last_at, turns, events,
               input_tokens, output_tokens, cache_read_tokens, cache_write_tokens
        """;

    /// <summary>A session contains the searched text if removing that text changes its id: databases have no other test in common that respects case.</summary>
    public const string SessionCount = """
        SELECT count(*) FROM sessions
        WHERE user_id = @user AND last_at >= @from AND last_at < @to AND (@search = '' OR replace(session_id, @search, '') <> session_id)
        """;

    /// <summary>@key selects the order, @sign its direction.</summary>
    public const string Sessions = SessionColumns + "\n" + """
        FROM sessions
        WHERE user_id = @user AND last_at >= @from AND last_at < @to AND (@search = '' OR replace(session_id, @search, '') <> session_id)
        ORDER BY @sign * CASE @key WHEN 'started' THEN coalesce(started_at, first_at) WHEN 'turns' THEN turns
                                   WHEN 'billed' THEN input_tokens + output_tokens ELSE last_at END, session_ref
        LIMIT @limit OFFSET @offset
        """;

    /// <summary>The ids of all these sessions.</summary>
    public const string SessionRefs = """
        SELECT session_ref
        FROM sessions
        WHERE user_id = @user AND last_at >= @from AND last_at < @to AND (@search = '' OR replace(session_id, @search, '') <> session_id)
        ORDER BY @sign * CASE @key WHEN 'started' THEN coalesce(started_at, first_at) WHEN 'turns' THEN turns
                                   WHEN 'billed' THEN input_tokens + output_tokens ELSE last_at END, session_ref
        """;

    public const string SessionsOf = SessionColumns + "\n" + """
        FROM sessions WHERE session_ref = ANY(@sessions)
        """;

    /// <summary>What a page of sessions used, by day and model, in the columns that pricing reads. CROSS makes SQLite keep this order of the
    /// tables: without it, SQLite may scan all events of the user once for each session.</summary>
    public const string SessionModels = $"""
        SELECT t.ended_at / {UnixTime.SqlDay}, e.model_id, t.session_ref, CAST(sum(e.messages) AS bigint), CAST(total(e.input_tokens) AS bigint), CAST(total(e.output_tokens) AS bigint), CAST(total(e.cache_read_tokens) AS bigint), CAST(total(e.cache_write_tokens) AS bigint), CAST(total(e.cache_write_1h_tokens) AS bigint),
               CAST(total(e.over_100k_input_tokens) AS bigint), CAST(total(e.over_100k_output_tokens) AS bigint), CAST(total(e.over_100k_cache_read_tokens) AS bigint), CAST(total(e.over_100k_cache_write_tokens) AS bigint), CAST(total(e.over_100k_cache_write_1h_tokens) AS bigint),
               CAST(total(e.over_200k_input_tokens) AS bigint), CAST(total(e.over_200k_output_tokens) AS bigint), CAST(total(e.over_200k_cache_read_tokens) AS bigint), CAST(total(e.over_200k_cache_write_tokens) AS bigint), CAST(total(e.over_200k_cache_write_1h_tokens) AS bigint),
               CAST(total(e.fast_input_tokens) AS bigint), CAST(total(e.fast_output_tokens) AS bigint), CAST(total(e.fast_cache_read_tokens) AS bigint), CAST(total(e.fast_cache_write_tokens) AS bigint), CAST(total(e.fast_cache_write_1h_tokens) AS bigint)
        FROM sessions s
        CROSS JOIN turns t
        CROSS JOIN events e
        WHERE s.session_ref = ANY(@sessions)
          AND t.user_id = s.user_id AND t.session_ref = s.session_ref
          AND e.user_id = t.user_id AND e.turn_id = t.turn_id
        GROUP BY t.session_ref, t.ended_at / {UnixTime.SqlDay}, e.model_id
        ORDER BY t.session_ref, t.ended_at / {UnixTime.SqlDay}, e.model_id
        """;
}
