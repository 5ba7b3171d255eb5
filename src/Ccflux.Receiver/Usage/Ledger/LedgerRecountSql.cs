namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>For each sum of the ledger: how many of one user's rows differ from a count over the facts. <c>@length</c> is a slot's length in milliseconds, <c>@slots</c> how many
/// slots that is.</summary>
internal static class LedgerRecountSql
{
    private const string Sums = $"""
        sum({LedgerSql.One}), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(web_searches)
        """;

    private const string Columns = "requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches";

    private const string StoredHours = $"SELECT slot, model_id, price_class, {Columns} FROM usage_hours WHERE user_id = @user";

    private const string CountedHours = $"""
        SELECT at / @length * @slots AS slot, model_id, price_class, {Sums} FROM requests WHERE user_id = @user AND hidden = 0 GROUP BY at / @length * @slots, model_id, price_class
        """;

    public const string Hours = $"""
        SELECT (SELECT count(*) FROM ({StoredHours} EXCEPT {CountedHours}) a) + (SELECT count(*) FROM ({CountedHours} EXCEPT {StoredHours}) b)
        """;

    /// <summary>Events over all days: the calendar, which SQL does not know, decides which day a request stands in.</summary>
    private const string StoredEvents = """
        SELECT turn_key, model_id, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens),
            sum(web_searches)
        FROM turn_models WHERE user_id = @user GROUP BY turn_key, model_id
        """;

    private const string CountedEvents = $"""
        SELECT CASE WHEN turn_key = 0 THEN session_key ELSE turn_key END, model_id, {Sums}
        FROM requests WHERE user_id = @user AND hidden = 0 GROUP BY CASE WHEN turn_key = 0 THEN session_key ELSE turn_key END, model_id
        """;

    public const string Events = $"""
        SELECT (SELECT count(*) FROM ({StoredEvents} EXCEPT {CountedEvents}) a) + (SELECT count(*) FROM ({CountedEvents} EXCEPT {StoredEvents}) b)
        """;

    private const string StoredEventDays = "SELECT day, model_id, events FROM event_days WHERE user_id = @user";

    private const string CountedEventDays = "SELECT day, model_id, count(*) FROM turn_models WHERE user_id = @user GROUP BY day, model_id";

    public const string EventDays = $"""
        SELECT (SELECT count(*) FROM ({StoredEventDays} EXCEPT {CountedEventDays}) a) + (SELECT count(*) FROM ({CountedEventDays} EXCEPT {StoredEventDays}) b)
        """;

    private const string StoredUserHours = """
        SELECT slot, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed FROM user_hours WHERE user_id = @user
        """;

    private const string CountedUserHours = $"""
        SELECT slot, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(turns), sum(failed) FROM (
            SELECT at / @length * @slots AS slot, {LedgerSql.One} AS requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens AS cache_write_tokens,
                0 AS turns, 0 AS failed
            FROM requests WHERE user_id = @user AND hidden = 0
            UNION ALL
            SELECT started_at / @length * @slots, 0, 0, 0, 0, 0, 1, CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END FROM turns WHERE user_id = @user AND hidden = 0) c
        GROUP BY slot
        """;

    public const string UserHours = $"""
        SELECT (SELECT count(*) FROM ({StoredUserHours} EXCEPT {CountedUserHours}) a) + (SELECT count(*) FROM ({CountedUserHours} EXCEPT {StoredUserHours}) b)
        """;

    private const string StoredSessionHours = "SELECT session_key, slot, facts FROM session_hours WHERE user_id = @user";

    private const string CountedSessionHours = """
        SELECT session_key, slot, count(*) FROM (
            SELECT session_key, at / @length * @slots AS slot FROM requests WHERE user_id = @user AND hidden = 0 AND session_key <> 0
            UNION ALL
            SELECT session_key, started_at / @length * @slots FROM turns WHERE user_id = @user AND hidden = 0) c
        GROUP BY session_key, slot
        """;

    public const string SessionHours = $"""
        SELECT (SELECT count(*) FROM ({StoredSessionHours} EXCEPT {CountedSessionHours}) a) + (SELECT count(*) FROM ({CountedSessionHours} EXCEPT {StoredSessionHours}) b)
        """;

    private const string StoredSessions = """
        SELECT session_key, facts, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, first_at, last_at
        FROM sessions WHERE user_id = @user AND facts <> 0
        """;

    private const string CountedSessions = $"""
        SELECT session_key, count(*), sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), min(first_at), max(last_at)
        FROM (
            SELECT session_key, {LedgerSql.One} AS requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens AS cache_write_tokens,
                at AS first_at, at AS last_at
            FROM requests WHERE user_id = @user AND hidden = 0 AND session_key <> 0
            UNION ALL
            SELECT session_key, 0, 0, 0, 0, 0, started_at, ended_at FROM turns WHERE user_id = @user AND hidden = 0) c
        GROUP BY session_key
        """;

    public const string Sessions = $"""
        SELECT (SELECT count(*) FROM ({StoredSessions} EXCEPT {CountedSessions}) a) + (SELECT count(*) FROM ({CountedSessions} EXCEPT {StoredSessions}) b)
        """;

    private const string StoredTotals = $"SELECT model_id, price_class, {Columns} FROM usage_totals WHERE user_id = @user";

    private const string CountedTotals = $"SELECT model_id, price_class, {Sums} FROM requests WHERE user_id = @user AND hidden = 0 GROUP BY model_id, price_class";

    public const string Totals = $"""
        SELECT (SELECT count(*) FROM ({StoredTotals} EXCEPT {CountedTotals}) a) + (SELECT count(*) FROM ({CountedTotals} EXCEPT {StoredTotals}) b)
        """;

    private const string StoredEventTotals = "SELECT model_id, events FROM event_totals WHERE user_id = @user";

    private const string CountedEventTotals = "SELECT model_id, count(*) FROM turn_models WHERE user_id = @user GROUP BY model_id";

    public const string EventTotals = $"""
        SELECT (SELECT count(*) FROM ({StoredEventTotals} EXCEPT {CountedEventTotals}) a) + (SELECT count(*) FROM ({CountedEventTotals} EXCEPT {StoredEventTotals}) b)
        """;

    private const string StoredUserTotals = """
        SELECT requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed, sessions FROM user_totals WHERE user_id = @user
        """;

    private const string CountedUserTotals = $"""
        SELECT sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(turns), sum(failed),
            (SELECT count(*) FROM sessions WHERE user_id = @user AND facts > 0)
        FROM (
            SELECT {LedgerSql.One} AS requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens AS cache_write_tokens, 0 AS turns, 0 AS failed
            FROM requests WHERE user_id = @user AND hidden = 0
            UNION ALL
            SELECT 0, 0, 0, 0, 0, 1, CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END FROM turns WHERE user_id = @user AND hidden = 0) c
        HAVING count(*) > 0
        """;

    public const string UserTotals = $"""
        SELECT (SELECT count(*) FROM ({StoredUserTotals} EXCEPT {CountedUserTotals}) a) + (SELECT count(*) FROM ({CountedUserTotals} EXCEPT {StoredUserTotals}) b)
        """;

    /// <summary>Hours with requests that are not marked as active.</summary>
    public const string MissingActiveHours = """
        SELECT count(*) FROM (SELECT DISTINCT hour FROM requests WHERE user_id = @user AND hidden = 0) r
        WHERE NOT EXISTS (SELECT 1 FROM active_hours a WHERE a.user_id = @user AND a.day = r.hour / 24 AND (a.hours >> CAST(r.hour % 24 AS INTEGER)) & 1 = 1)
        """;

    /// <summary>Active hours, in order.</summary>
    public const string ActiveHours = "SELECT day, hours FROM active_hours WHERE user_id = @user ORDER BY day";

    /// <summary>Requests whose price class or hour does not follow from their figures.</summary>
    public const string Derived = """
        SELECT count(*) FROM requests WHERE user_id = @user AND (hour <> at / 3600000 OR (price_class & 3) <>
            CASE WHEN origin = 8 THEN 0
                 WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 200000 THEN 3
                 WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 100000 THEN 1 ELSE 0 END)
        """;

    /// <summary>Requests that count although they should not, or the reverse: see <see cref="RequestHiding"/>.</summary>
    public const string Hiding = """
        SELECT count(*) FROM requests r WHERE r.user_id = @user AND r.hidden NOT IN (1, 2) AND r.hidden <>
            CASE WHEN r.user_id < 0 THEN 7
                 WHEN r.subject_id <> 0 AND EXISTS (SELECT 1 FROM requests o WHERE o.user_id = r.user_id AND o.request_key = r.request_key AND o.subject_id < r.subject_id) THEN 6
                 WHEN (r.provenance & 3) <> 1 THEN 0
                 WHEN EXISTS (SELECT 1 FROM report_pauses p WHERE p.user_id = r.user_id AND p.from_at <= r.at + CASE WHEN r.origin = 8 THEN 899999 ELSE 0 END
                              AND (p.until_at IS NULL OR p.until_at >= r.at)) THEN 4
                 WHEN r.origin = 8 AND r.session_key <> 0 THEN
                     CASE WHEN r.session_key IN (SELECT o.session_key FROM requests o WHERE o.user_id = @user AND o.origin <> 8 AND o.hidden <> 1) THEN 5 ELSE 0 END
                 WHEN r.origin = 8 THEN
                     CASE WHEN EXISTS (SELECT 1 FROM requests o WHERE o.user_id = r.user_id AND o.hour BETWEEN r.hour - 1 AND r.hour + 1 AND o.origin <> 8) THEN 5 ELSE 0 END
                 WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = r.user_id AND s.session_key = r.session_key AND s.lacks_ids = 1) THEN 3
                 ELSE 0 END
        """;

    /// <summary>The sums of hours and of days by model and price class, the former with their slots: the calendar, which SQL does not know, compares them.</summary>
    public const string HoursToCompare = $"SELECT slot, model_id, price_class, {Columns} FROM usage_hours WHERE user_id = @user";

    public const string DaysToCompare = $"SELECT day, model_id, price_class, {Columns} FROM usage_days WHERE user_id = @user";

    /// <summary>The sums of events by day and model, and the same from days.</summary>
    public const string EventsToCompare = """
        SELECT day, model_id, 0, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens),
            sum(web_searches)
        FROM turn_models WHERE user_id = @user GROUP BY day, model_id
        """;

    public const string ModelDaysToCompare = """
        SELECT day, model_id, 0, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens),
            sum(web_searches)
        FROM usage_days WHERE user_id = @user GROUP BY day, model_id
        """;

    public const string UserHoursToCompare = """
        SELECT slot, 0, 0, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed FROM user_hours WHERE user_id = @user
        """;

    public const string UserDaysToCompare = """
        SELECT day, 0, 0, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed FROM user_days WHERE user_id = @user
        """;

    public const string SessionHoursToCompare = "SELECT slot, session_key, 0, facts, 0, 0, 0, 0, 0, 0 FROM session_hours WHERE user_id = @user";

    public const string SessionDaysToCompare = "SELECT day, session_key, 0, facts, 0, 0, 0, 0, 0, 0 FROM session_days WHERE user_id = @user";

    /// <summary>Everybody who may have requests or sums, also one without the other.</summary>
    public const string Users = """
        SELECT user_id FROM (
            SELECT user_id FROM users UNION SELECT user_id FROM user_totals UNION SELECT DISTINCT user_id FROM sessions
        ) AS known
        WHERE user_id > @after ORDER BY user_id LIMIT @limit
        """;
}
