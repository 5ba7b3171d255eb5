namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements that add to the ledger's sums. They add differences, which may be negative.</summary>
internal static class LedgerRollupSql
{
    private const string SumColumns = "requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches";

    /// <summary>Metrics add tokens but no request, so a row is empty only when nothing is left in it.</summary>
    public const string IsUnused =
        "requests = 0 AND input_tokens = 0 AND output_tokens = 0 AND cache_read_tokens = 0 AND cache_write_5m_tokens = 0 AND cache_write_1h_tokens = 0 AND web_searches = 0";

    /// <summary>A row of <c>user_hours</c> with more than turns.</summary>
    public const string HasUsage = "(requests > 0 OR input_tokens > 0 OR output_tokens > 0 OR cache_read_tokens > 0 OR cache_write_tokens > 0)";

    private const string IsUserUnused = "requests = 0 AND turns = 0 AND input_tokens = 0 AND output_tokens = 0 AND cache_read_tokens = 0 AND cache_write_tokens = 0";

    private const string SumValues = "@requests, @input, @output, @cache_read, @cache_write_5m, @cache_write_1h, @web_searches";

    public const string AddHour = $"""
        INSERT INTO usage_hours (slot, user_id, model_id, price_class, {SumColumns})
        VALUES (@period, @user, @model, @price_class, {SumValues})
        ON CONFLICT (user_id, slot, model_id, price_class) DO UPDATE SET
            requests = usage_hours.requests + excluded.requests,
            input_tokens = usage_hours.input_tokens + excluded.input_tokens, output_tokens = usage_hours.output_tokens + excluded.output_tokens,
            cache_read_tokens = usage_hours.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_5m_tokens = usage_hours.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
            cache_write_1h_tokens = usage_hours.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
            web_searches = usage_hours.web_searches + excluded.web_searches
        """;

    public const string DeleteEmptyHour = $"""
        DELETE FROM usage_hours WHERE user_id = @user AND slot = @period AND model_id = @model AND price_class = @price_class AND {IsUnused}
        """;

    /// <summary>Adds to an event that is stored; no row changes if it is not.</summary>
    public const string AddToEvent = """
        UPDATE turn_models SET
            at = greatest(at, @at), requests = requests + @requests, input_tokens = input_tokens + @input, output_tokens = output_tokens + @output,
            cache_read_tokens = cache_read_tokens + @cache_read, cache_write_5m_tokens = cache_write_5m_tokens + @cache_write_5m,
            cache_write_1h_tokens = cache_write_1h_tokens + @cache_write_1h, web_searches = web_searches + @web_searches
        WHERE user_id = @user AND turn_key = @turn AND model_id = @model AND day = @day
        """;

    public const string InsertEvent = $"""
        INSERT INTO turn_models (user_id, turn_key, model_id, day, at, received_at, device_ref, plugin_version, schema_version, {SumColumns})
        VALUES (@user, @turn, @model, @day, @at, @received_at, @device, @plugin_version, @schema, {SumValues})
        """;

    public const string DeleteEmptyEvent = $"""
        DELETE FROM turn_models WHERE user_id = @user AND turn_key = @turn AND model_id = @model AND day = @day AND {IsUnused}
        """;

    public const string AddEventDay = """
        INSERT INTO event_days (day, user_id, model_id, events) VALUES (@day, @user, @model, @events)
        ON CONFLICT (day, user_id, model_id) DO UPDATE SET events = event_days.events + excluded.events
        """;

    public const string DeleteEmptyEventDay = "DELETE FROM event_days WHERE day = @day AND user_id = @user AND model_id = @model AND events = 0";

    public const string AddUserHour = """
        INSERT INTO user_hours (slot, user_id, last_at, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed)
        VALUES (@period, @user, @last_at, @requests, @input, @output, @cache_read, @cache_write, @turns, @failed)
        ON CONFLICT (user_id, slot) DO UPDATE SET
            last_at = greatest(user_hours.last_at, excluded.last_at), requests = user_hours.requests + excluded.requests,
            input_tokens = user_hours.input_tokens + excluded.input_tokens, output_tokens = user_hours.output_tokens + excluded.output_tokens,
            cache_read_tokens = user_hours.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_tokens = user_hours.cache_write_tokens + excluded.cache_write_tokens,
            turns = user_hours.turns + excluded.turns, failed = user_hours.failed + excluded.failed
        """;

    public const string DeleteEmptyUserHour = $"DELETE FROM user_hours WHERE user_id = @user AND slot = @period AND {IsUserUnused}";

    /// <summary>Adds to a row that is stored; no row changes if it is not.</summary>
    public const string AddToSessionHour = """
        UPDATE session_hours SET facts = facts + @facts WHERE user_id = @user AND session_key = @session AND slot = @period
        """;

    public const string InsertSessionHour = """
        INSERT INTO session_hours (slot, user_id, session_key, facts) VALUES (@period, @user, @session, @facts)
        """;

    public const string DeleteEmptySessionHour = "DELETE FROM session_hours WHERE user_id = @user AND session_key = @session AND slot = @period AND facts = 0";

    public const string AddDay = $"""
        INSERT INTO usage_days (day, user_id, model_id, price_class, {SumColumns})
        VALUES (@period, @user, @model, @price_class, {SumValues})
        ON CONFLICT (day, user_id, model_id, price_class) DO UPDATE SET
            requests = usage_days.requests + excluded.requests,
            input_tokens = usage_days.input_tokens + excluded.input_tokens, output_tokens = usage_days.output_tokens + excluded.output_tokens,
            cache_read_tokens = usage_days.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_5m_tokens = usage_days.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
            cache_write_1h_tokens = usage_days.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
            web_searches = usage_days.web_searches + excluded.web_searches
        """;

    public const string DeleteEmptyDay = $"""
        DELETE FROM usage_days WHERE user_id = @user AND day = @period AND model_id = @model AND price_class = @price_class AND {IsUnused}
        """;

    public const string AddUserDay = """
        INSERT INTO user_days (day, user_id, last_at, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed)
        VALUES (@period, @user, @last_at, @requests, @input, @output, @cache_read, @cache_write, @turns, @failed)
        ON CONFLICT (day, user_id) DO UPDATE SET
            last_at = greatest(user_days.last_at, excluded.last_at), requests = user_days.requests + excluded.requests,
            input_tokens = user_days.input_tokens + excluded.input_tokens, output_tokens = user_days.output_tokens + excluded.output_tokens,
            cache_read_tokens = user_days.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_tokens = user_days.cache_write_tokens + excluded.cache_write_tokens,
            turns = user_days.turns + excluded.turns, failed = user_days.failed + excluded.failed
        """;

    public const string DeleteEmptyUserDay = $"DELETE FROM user_days WHERE user_id = @user AND day = @period AND {IsUserUnused}";

    /// <summary>Adds to a row that is stored; no row changes if it is not.</summary>
    public const string AddToSessionDay = """
        UPDATE session_days SET facts = facts + @facts WHERE user_id = @user AND session_key = @session AND day = @period
        """;

    public const string InsertSessionDay = """
        INSERT INTO session_days (day, user_id, session_key, facts) VALUES (@period, @user, @session, @facts)
        """;

    public const string DeleteEmptySessionDay = "DELETE FROM session_days WHERE user_id = @user AND session_key = @session AND day = @period AND facts = 0";

    public const string AddTotal = $"""
        INSERT INTO usage_totals (user_id, model_id, price_class, {SumColumns})
        VALUES (@user, @model, @price_class, {SumValues})
        ON CONFLICT (user_id, model_id, price_class) DO UPDATE SET
            requests = usage_totals.requests + excluded.requests,
            input_tokens = usage_totals.input_tokens + excluded.input_tokens, output_tokens = usage_totals.output_tokens + excluded.output_tokens,
            cache_read_tokens = usage_totals.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_5m_tokens = usage_totals.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
            cache_write_1h_tokens = usage_totals.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
            web_searches = usage_totals.web_searches + excluded.web_searches
        """;

    public const string DeleteEmptyTotal = $"""
        DELETE FROM usage_totals WHERE user_id = @user AND model_id = @model AND price_class = @price_class AND {IsUnused}
        """;

    public const string AddUserTotal = """
        INSERT INTO user_totals (user_id, last_at, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, turns, failed)
        VALUES (@user, @last_at, @requests, @input, @output, @cache_read, @cache_write, @turns, @failed)
        ON CONFLICT (user_id) DO UPDATE SET
            last_at = greatest(user_totals.last_at, excluded.last_at), requests = user_totals.requests + excluded.requests,
            input_tokens = user_totals.input_tokens + excluded.input_tokens, output_tokens = user_totals.output_tokens + excluded.output_tokens,
            cache_read_tokens = user_totals.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_tokens = user_totals.cache_write_tokens + excluded.cache_write_tokens,
            turns = user_totals.turns + excluded.turns, failed = user_totals.failed + excluded.failed
        """;

    public const string DeleteEmptyUserTotal = $"DELETE FROM user_totals WHERE user_id = @user AND {IsUserUnused}";

    public const string AddSessions = "UPDATE user_totals SET sessions = sessions + @sessions WHERE user_id = @user";

    public const string AddEventTotal = """
        INSERT INTO event_totals (user_id, model_id, events) VALUES (@user, @model, @events)
        ON CONFLICT (user_id, model_id) DO UPDATE SET events = event_totals.events + excluded.events
        """;

    public const string DeleteEmptyEventTotal = "DELETE FROM event_totals WHERE user_id = @user AND model_id = @model AND events = 0";

    /// <summary>The next day on which a session was active.</summary>
    public const string NextSessionDay = "SELECT min(day) FROM session_days WHERE user_id = @user AND session_key = @session AND day > @day";

    /// <summary>Counts that a day changed. A row of its own for each writer: they never wait for each other.</summary>
    public const string AddDayVersion = """
        INSERT INTO usage_day_versions (day, writer, version) VALUES (@day, @writer, 1)
        ON CONFLICT (day, writer) DO UPDATE SET version = usage_day_versions.version + 1
        """;

    /// <summary>Returns how many facts the session has now.</summary>
    public const string AddSession = """
        UPDATE sessions SET
            first_at = CASE WHEN first_at IS NULL OR @first_at < first_at THEN @first_at ELSE first_at END,
            last_at = CASE WHEN last_at IS NULL OR @last_at > last_at THEN @last_at ELSE last_at END,
            facts = facts + @facts, requests = requests + @requests, input_tokens = input_tokens + @input, output_tokens = output_tokens + @output,
            cache_read_tokens = cache_read_tokens + @cache_read, cache_write_tokens = cache_write_tokens + @cache_write
        WHERE user_id = @user AND session_key = @session
        RETURNING facts
        """;

    /// <summary>After facts left a session: its first and last instants. Requests are found through the first and the last slot within its first and last days.</summary>
    public const string RecountSession = """
        UPDATE sessions SET
            first_at = (SELECT min(at) FROM (
                SELECT min(r.at) AS at FROM requests r WHERE r.user_id = @user AND r.hidden = 0 AND r.session_key = @session AND r.hour >= @from / 4 AND r.hour < @from_end / 4
                UNION ALL SELECT min(t.started_at) FROM turns t WHERE t.user_id = @user AND t.session_key = @session AND t.hidden = 0) f),
            last_at = (SELECT max(at) FROM (
                SELECT max(r.at) AS at FROM requests r WHERE r.user_id = @user AND r.hidden = 0 AND r.session_key = @session AND r.hour >= @until / 4 AND r.hour < @until_end / 4
                UNION ALL SELECT max(t.ended_at) FROM turns t WHERE t.user_id = @user AND t.session_key = @session AND t.hidden = 0) l)
        WHERE user_id = @user AND session_key = @session
        """;

    /// <summary>A session that has hidden requests stays: they may count again, and only the session knows its id. So does one whose transcripts lack ids, until retention
    /// removes it: whether telemetry's requests count must not depend on what comes first.</summary>
    public const string DeleteEmptySession = """
        DELETE FROM sessions
        WHERE user_id = @user AND session_key = @session AND facts = 0 AND lacks_ids = 0
          AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND r.hidden = 2)
          AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND (r.provenance & 3) = 1)
        """;

    /// <summary>A session that stays without facts has no first and no last of them.</summary>
    public const string EmptySession = "UPDATE sessions SET first_at = NULL, last_at = NULL WHERE user_id = @user AND session_key = @session AND facts = 0";

    /// <summary>The first and the last day of a session.</summary>
    public const string SessionDays = "SELECT min(day), max(day) FROM session_days WHERE user_id = @user AND session_key = @session";

    /// <summary>A user's active hours from a day on.</summary>
    public const string ActiveHoursFrom = "SELECT day, hours FROM active_hours WHERE user_id = @user AND day >= @day ORDER BY day";

    public const string ActiveHoursOf = "SELECT hours FROM active_hours WHERE user_id = @user AND day = @day";

    public const string PutActiveHours = """
        INSERT INTO active_hours (user_id, day, hours) VALUES (@user, @day, @hours)
        ON CONFLICT (user_id, day) DO UPDATE SET hours = excluded.hours
        """;

    public const string DeleteActiveHours = "DELETE FROM active_hours WHERE user_id = @user AND day = @day";

    /// <summary>Whether an hour, given by its first slot, has usage.</summary>
    public const string IsHourActive = $"SELECT 1 FROM user_hours WHERE user_id = @user AND slot >= @slot AND slot < @slot + 4 AND {HasUsage} LIMIT 1";
}
