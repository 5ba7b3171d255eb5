namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements that add to the ledger's sums. They add differences, which may be negative.</summary>
internal static class LedgerRollupSql
{
    private const string SumColumns = "requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches";
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

    public const string DeleteEmptyHour = """
        DELETE FROM usage_hours WHERE user_id = @user AND slot = @period AND model_id = @model AND price_class = @price_class AND requests = 0
        """;

    public const string AddEvent = $"""
        INSERT INTO turn_models (user_id, turn_key, model_id, received_at, device_ref, plugin_version, {SumColumns})
        VALUES (@user, @turn, @model, @received_at, @device, @plugin_version, {SumValues})
        ON CONFLICT (user_id, turn_key, model_id) DO UPDATE SET
            requests = turn_models.requests + excluded.requests,
            input_tokens = turn_models.input_tokens + excluded.input_tokens, output_tokens = turn_models.output_tokens + excluded.output_tokens,
            cache_read_tokens = turn_models.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_5m_tokens = turn_models.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
            cache_write_1h_tokens = turn_models.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
            web_searches = turn_models.web_searches + excluded.web_searches
        """;

    public const string DeleteEmptyEvent = "DELETE FROM turn_models WHERE user_id = @user AND turn_key = @turn AND model_id = @model AND requests = 0";

    public const string AddUserHour = """
        INSERT INTO user_hours (slot, user_id, requests, turns, failed) VALUES (@period, @user, @requests, @turns, @failed)
        ON CONFLICT (user_id, slot) DO UPDATE SET
            requests = user_hours.requests + excluded.requests, turns = user_hours.turns + excluded.turns, failed = user_hours.failed + excluded.failed
        """;

    public const string DeleteEmptyUserHour = "DELETE FROM user_hours WHERE user_id = @user AND slot = @period AND requests = 0 AND turns = 0";

    public const string AddSessionHour = """
        INSERT INTO session_hours (slot, user_id, session_key, requests) VALUES (@period, @user, @session, @requests)
        ON CONFLICT (user_id, session_key, slot) DO UPDATE SET requests = session_hours.requests + excluded.requests
        """;

    public const string DeleteEmptySessionHour = "DELETE FROM session_hours WHERE user_id = @user AND session_key = @session AND slot = @period AND requests = 0";

    public const string AddDay = $"""
        INSERT INTO ledger_days (day, user_id, model_id, price_class, {SumColumns})
        VALUES (@period, @user, @model, @price_class, {SumValues})
        ON CONFLICT (day, user_id, model_id, price_class) DO UPDATE SET
            requests = ledger_days.requests + excluded.requests,
            input_tokens = ledger_days.input_tokens + excluded.input_tokens, output_tokens = ledger_days.output_tokens + excluded.output_tokens,
            cache_read_tokens = ledger_days.cache_read_tokens + excluded.cache_read_tokens,
            cache_write_5m_tokens = ledger_days.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
            cache_write_1h_tokens = ledger_days.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
            web_searches = ledger_days.web_searches + excluded.web_searches
        """;

    public const string DeleteEmptyDay = """
        DELETE FROM ledger_days WHERE user_id = @user AND day = @period AND model_id = @model AND price_class = @price_class AND requests = 0
        """;

    public const string AddUserDay = """
        INSERT INTO ledger_user_days (day, user_id, requests, turns, failed) VALUES (@period, @user, @requests, @turns, @failed)
        ON CONFLICT (day, user_id) DO UPDATE SET
            requests = ledger_user_days.requests + excluded.requests, turns = ledger_user_days.turns + excluded.turns, failed = ledger_user_days.failed + excluded.failed
        """;

    public const string DeleteEmptyUserDay = "DELETE FROM ledger_user_days WHERE user_id = @user AND day = @period AND requests = 0 AND turns = 0";

    public const string AddSessionDay = """
        INSERT INTO ledger_session_days (day, user_id, session_key, requests) VALUES (@period, @user, @session, @requests)
        ON CONFLICT (day, user_id, session_key) DO UPDATE SET requests = ledger_session_days.requests + excluded.requests
        """;

    public const string DeleteEmptySessionDay = "DELETE FROM ledger_session_days WHERE user_id = @user AND session_key = @session AND day = @period AND requests = 0";

    /// <summary>Counts that a day changed. A row of its own for each writer: they never wait for each other.</summary>
    public const string AddDayVersion = """
        INSERT INTO ledger_day_versions (day, writer, version) VALUES (@day, @writer, 1)
        ON CONFLICT (day, writer) DO UPDATE SET version = ledger_day_versions.version + 1
        """;

    public const string AddSession = """
        UPDATE ledger_sessions SET
            first_at = CASE WHEN first_at IS NULL OR @first_at < first_at THEN @first_at ELSE first_at END,
            last_at = CASE WHEN last_at IS NULL OR @last_at > last_at THEN @last_at ELSE last_at END,
            requests = requests + @requests, input_tokens = input_tokens + @input, output_tokens = output_tokens + @output,
            cache_read_tokens = cache_read_tokens + @cache_read, cache_write_tokens = cache_write_tokens + @cache_write
        WHERE user_id = @user AND session_key = @session
        """;

    /// <summary>After requests left a session: its first and last instants, found through its first and last slots.</summary>
    public const string RecountSession = """
        UPDATE ledger_sessions SET
            first_at = (SELECT min(r.at) FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND r.hour =
                (SELECT min(h.slot) / 4 FROM session_hours h WHERE h.user_id = @user AND h.session_key = @session)),
            last_at = (SELECT max(r.at) FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND r.hour =
                (SELECT max(h.slot) / 4 FROM session_hours h WHERE h.user_id = @user AND h.session_key = @session))
        WHERE user_id = @user AND session_key = @session
        """;

    /// <summary>Sets the bits of hours with requests.</summary>
    public const string AddActiveHours = """
        INSERT INTO active_hours (user_id, day, hours) VALUES (@user, @day, @hours)
        ON CONFLICT (user_id, day) DO UPDATE SET hours = active_hours.hours | excluded.hours
        """;

    public const string ClearActiveHours = "UPDATE active_hours SET hours = hours & ~@hours WHERE user_id = @user AND day = @day";

    public const string DeleteInactiveDay = "DELETE FROM active_hours WHERE user_id = @user AND day = @day AND hours = 0";

    /// <summary>Whether an hour, given by its first slot, has requests.</summary>
    public const string IsHourActive = "SELECT 1 FROM user_hours WHERE user_id = @user AND slot >= @slot AND slot < @slot + 4 AND requests > 0 LIMIT 1";
}
