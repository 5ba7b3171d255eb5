using Ccflux.Receiver.Usage.Ledger;

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

    public const string Users = $"""
        SELECT u.user_id, u.email, u.division, u.created_at, u.last_report_at,
               u.plugin_version, u.claude_code_version, u.platform, u.claimed_email, u.last_refusal, u.last_refusal_at,
               t.sessions, t.turns, t.failed,
               (SELECT min(r.at) FROM requests r WHERE r.user_id = u.user_id AND r.hidden = 0 AND r.hour =
                   (SELECT h.slot / 4 FROM user_hours h WHERE h.user_id = u.user_id AND {LedgerRollupSql.HasUsage} ORDER BY h.slot LIMIT 1)),
               nullif(t.last_at, 0),
               r.label, r.peak_tokens, r.method, r.window_count, r.limit_hit_at
        FROM users u
        LEFT JOIN user_totals t ON t.user_id = u.user_id
        LEFT JOIN tiers r ON r.user_id = u.user_id
        ORDER BY u.user_id
        """;

    /// <summary>A user's model has one row of events. Grouped in the order in which the sums are stored.</summary>
    public const string UserModels = """
        SELECT t.user_id, t.model_id, coalesce(max(e.events), 0), CAST(sum(t.requests) AS bigint), CAST(total(t.input_tokens) AS bigint), CAST(total(t.output_tokens) AS bigint),
               CAST(total(t.cache_read_tokens) AS bigint), CAST(total(t.cache_write_5m_tokens + t.cache_write_1h_tokens) AS bigint)
        FROM usage_totals t
        LEFT JOIN event_totals e ON e.user_id = t.user_id AND e.model_id = t.model_id
        GROUP BY t.user_id, t.model_id
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

    /// <summary>The place of a turn among those of its session, by their starts.</summary>
    private const string TurnIndex = """
        (SELECT count(*) FROM turns o
         WHERE o.user_id = t.user_id AND o.session_key = t.session_key AND o.hidden = 0
           AND (o.started_at < t.started_at OR (o.started_at = t.started_at AND o.turn_key < t.turn_key)))
        """;

    private const string EventColumns = $"""
        SELECT e.event_id, e.received_at, e.at, e.user_id, d.name, coalesce(s.session_id, ''),
               {TurnIndex}, e.model_id, e.input_tokens, e.output_tokens,
               e.cache_read_tokens, e.cache_write_5m_tokens + e.cache_write_1h_tokens, e.requests, coalesce(t.outcome, 'completed')
        """;

    private const string EventJoins = """
        LEFT JOIN turns t ON t.user_id = e.user_id AND t.turn_key = e.turn_key
        LEFT JOIN sessions s ON s.user_id = e.user_id AND s.session_key = coalesce(t.session_key, e.turn_key)
        LEFT JOIN devices d ON d.device_ref = e.device_ref
        """;

    /// <summary>The newest events, in the order in which they were stored.</summary>
    public const string Events = EventColumns + "\n" + """
        FROM (SELECT * FROM turn_models ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The same, filtered. Only the newest @scan events are searched, so that a quiet division does not cause a scan of all events.</summary>
    public const string EventsNarrowed = EventColumns + "\n" + """
        FROM (SELECT * FROM (SELECT * FROM turn_models ORDER BY event_id DESC LIMIT @scan) AS newest
              WHERE (CAST(@model AS bigint) IS NULL OR model_id = @model) AND (@everybody = 1 OR user_id = ANY(@users))
              ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The newest events before one, filtered; none before @floor is searched.</summary>
    public const string EventsBefore = EventColumns + "\n" + """
        FROM (SELECT * FROM turn_models
              WHERE event_id < @before AND event_id >= @floor
                AND (CAST(@model AS bigint) IS NULL OR model_id = @model) AND (@everybody = 1 OR user_id = ANY(@users))
              ORDER BY event_id DESC LIMIT @limit) AS e
        """ + "\n" + EventJoins + "\nORDER BY e.event_id DESC";

    /// <summary>The oldest of the newest @scan events before one; NULL if there is none.</summary>
    public const string EventFloor = """
        SELECT min(event_id) FROM (SELECT event_id FROM turn_models WHERE event_id < @before ORDER BY event_id DESC LIMIT @scan) AS newest
        """;

    public const string EventCount = """
        SELECT CAST(coalesce(sum(events), 0) AS bigint) FROM event_totals
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
        SELECT user_id, at, window_name
        FROM (SELECT user_id, at, window_name, row_number() OVER (PARTITION BY user_id ORDER BY at DESC, session_key, turn_key) AS place
              FROM limit_events WHERE final = 1 AND at >= @since) AS hits
        WHERE place = 1 ORDER BY user_id
        """;

    public const string UserLimits = $"""
        SELECT l.at, nullif(l.window_name, ''), l.resets_at, l.final, coalesce(s.session_id, ''), {TurnIndex}
        FROM limit_events l
        LEFT JOIN turns t ON t.user_id = l.user_id AND t.turn_key = l.turn_key
        LEFT JOIN sessions s ON s.user_id = l.user_id AND s.session_key = l.session_key
        WHERE l.user_id = @user AND l.at >= @from AND l.at < @to ORDER BY l.at DESC LIMIT 50
        """;

    /// <summary>The users who have requests of a user too, and those whose requests are declared to be copies of that user's, or the other way round; the most requests first. Columns: the other
    /// user, the five figures, whether the user's are copies, whether the other's are.</summary>
    public const string SharedRequests = """
        SELECT o.other_user_id, coalesce(s.requests, 0), coalesce(s.tokens, 0), coalesce(s.sessions, 0), s.first_at, s.last_at,
               CASE WHEN c.user_id IS NULL THEN 0 ELSE 1 END, CASE WHEN d.user_id IS NULL THEN 0 ELSE 1 END
        FROM (SELECT other_user_id FROM shared_requests WHERE user_id = @user
              UNION SELECT of_user_id FROM request_copies WHERE user_id = @user
              UNION SELECT user_id FROM request_copies WHERE of_user_id = @user) o
        LEFT JOIN shared_requests s ON s.user_id = @user AND s.other_user_id = o.other_user_id
        LEFT JOIN request_copies c ON c.user_id = @user AND c.of_user_id = o.other_user_id
        LEFT JOIN request_copies d ON d.user_id = o.other_user_id AND d.of_user_id = @user
        WHERE @everybody = 1 OR o.other_user_id = ANY(@users)
        ORDER BY coalesce(s.requests, 0) DESC, o.other_user_id LIMIT @limit
        """;

    /// <summary>Pairs of users with requests that count for both, although no admin has said whose they are. Columns: the two users, the requests, when they were found.</summary>
    public const string UndeclaredCopies = """
        SELECT user_id, other_user_id, counted, found_at FROM shared_requests s
        WHERE user_id < other_user_id AND counted > 0 AND (@everybody = 1 OR (user_id = ANY(@users) AND other_user_id = ANY(@users)))
          AND NOT EXISTS (SELECT 1 FROM request_copies c WHERE c.user_id = s.user_id AND c.of_user_id = s.other_user_id)
          AND NOT EXISTS (SELECT 1 FROM request_copies c WHERE c.user_id = s.other_user_id AND c.of_user_id = s.user_id)
        ORDER BY counted DESC, user_id, other_user_id LIMIT @limit
        """;

    private const string SessionColumns = """
        SELECT session_key, session_id, first_at, last_at,
               (SELECT count(*) FROM turns t WHERE t.user_id = s.user_id AND t.session_key = s.session_key AND t.hidden = 0) AS turns,
               input_tokens, output_tokens, cache_read_tokens, cache_write_tokens
        FROM sessions s
        """;

    /// <summary>A session contains the searched text if removing that text changes its id: databases have no other test in common that respects case.</summary>
    private const string SessionsInPeriod = """
        WHERE user_id = @user AND last_at >= @from AND last_at < @to AND (@search = '' OR replace(session_id, @search, '') <> session_id)
        """;

    /// <summary>@key selects the order, @sign its direction.</summary>
    private const string SessionOrder = """
        ORDER BY @sign * CASE @key WHEN 'started' THEN first_at WHEN 'turns' THEN turns WHEN 'billed' THEN input_tokens + output_tokens ELSE last_at END, session_key
        """;

    public const string SessionCount = $"SELECT count(*) FROM sessions {SessionsInPeriod}";

    public const string Sessions = $"SELECT * FROM ({SessionColumns} {SessionsInPeriod}) found {SessionOrder} LIMIT @limit OFFSET @offset";

    /// <summary>The keys of all these sessions.</summary>
    public const string SessionKeys = $"SELECT session_key FROM ({SessionColumns} {SessionsInPeriod}) found {SessionOrder}";

    public const string SessionsOf = $"{SessionColumns} WHERE user_id = @user AND session_key = ANY(@sessions)";

    /// <summary>The hours in which a page of sessions was active, and how many requests the user made in each, of any session.</summary>
    public const string SessionHours = """
        SELECT DISTINCT s.session_key, s.slot / 4,
               (SELECT CAST(coalesce(sum(u.requests), 0) AS bigint) FROM user_hours u
                WHERE u.user_id = s.user_id AND u.slot >= s.slot / 4 * 4 AND u.slot < s.slot / 4 * 4 + 4)
        FROM session_hours s
        WHERE s.user_id = @user AND s.slot >= @from AND s.slot <= @to AND s.session_key = ANY(@sessions)
        """;

    /// <summary>What a page of sessions used, by day (UTC), model and price class. Requests are ordered by user and hour, so that each hour is read once.</summary>
    public const string SessionModels = $"""
        SELECT session_key, model_id, price_class, CAST(sum({LedgerSql.One}) AS bigint), CAST(total(input_tokens) AS bigint), CAST(total(output_tokens) AS bigint),
               CAST(total(cache_read_tokens) AS bigint), CAST(total(cache_write_5m_tokens) AS bigint), CAST(total(cache_write_1h_tokens) AS bigint),
               CAST(sum(web_searches) AS bigint), at / {UnixTime.SqlDay}
        FROM requests
        WHERE user_id = @user AND hour = ANY(@hours) AND session_key = ANY(@sessions) AND hidden = 0
        GROUP BY session_key, at / {UnixTime.SqlDay}, model_id, price_class
        ORDER BY session_key, model_id
        """;
}
