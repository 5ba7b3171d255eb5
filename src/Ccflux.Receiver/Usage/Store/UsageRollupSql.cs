namespace Ccflux.Receiver.Usage.Store;

/// <summary>Statements that add to rollups. They all add differences, which may be negative.</summary>
internal static class UsageRollupSql
{
    public const string AddDay = $"""
        INSERT INTO usage_days (day, user_id, model_id, events,
            messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
            over_100k_input_tokens, over_100k_output_tokens, over_100k_cache_read_tokens, over_100k_cache_write_tokens, over_100k_cache_write_1h_tokens,
            over_200k_input_tokens, over_200k_output_tokens, over_200k_cache_read_tokens, over_200k_cache_write_tokens, over_200k_cache_write_1h_tokens,
            fast_input_tokens, fast_output_tokens, fast_cache_read_tokens, fast_cache_write_tokens, fast_cache_write_1h_tokens)
        VALUES (@day, @user, @model, @events, {FactsSql.SumParameters})
        ON CONFLICT DO UPDATE SET
            events = events + excluded.events, messages = messages + excluded.messages,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER), output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER),
            cache_write_1h_tokens = CAST(cache_write_1h_tokens + excluded.cache_write_1h_tokens AS INTEGER),
            over_100k_input_tokens = CAST(over_100k_input_tokens + excluded.over_100k_input_tokens AS INTEGER),
            over_100k_output_tokens = CAST(over_100k_output_tokens + excluded.over_100k_output_tokens AS INTEGER),
            over_100k_cache_read_tokens = CAST(over_100k_cache_read_tokens + excluded.over_100k_cache_read_tokens AS INTEGER),
            over_100k_cache_write_tokens = CAST(over_100k_cache_write_tokens + excluded.over_100k_cache_write_tokens AS INTEGER),
            over_100k_cache_write_1h_tokens = CAST(over_100k_cache_write_1h_tokens + excluded.over_100k_cache_write_1h_tokens AS INTEGER),
            over_200k_input_tokens = CAST(over_200k_input_tokens + excluded.over_200k_input_tokens AS INTEGER),
            over_200k_output_tokens = CAST(over_200k_output_tokens + excluded.over_200k_output_tokens AS INTEGER),
            over_200k_cache_read_tokens = CAST(over_200k_cache_read_tokens + excluded.over_200k_cache_read_tokens AS INTEGER),
            over_200k_cache_write_tokens = CAST(over_200k_cache_write_tokens + excluded.over_200k_cache_write_tokens AS INTEGER),
            over_200k_cache_write_1h_tokens = CAST(over_200k_cache_write_1h_tokens + excluded.over_200k_cache_write_1h_tokens AS INTEGER),
            fast_input_tokens = CAST(fast_input_tokens + excluded.fast_input_tokens AS INTEGER),
            fast_output_tokens = CAST(fast_output_tokens + excluded.fast_output_tokens AS INTEGER),
            fast_cache_read_tokens = CAST(fast_cache_read_tokens + excluded.fast_cache_read_tokens AS INTEGER),
            fast_cache_write_tokens = CAST(fast_cache_write_tokens + excluded.fast_cache_write_tokens AS INTEGER),
            fast_cache_write_1h_tokens = CAST(fast_cache_write_1h_tokens + excluded.fast_cache_write_1h_tokens AS INTEGER)
        """;

    public const string DeleteEmptyDay = "DELETE FROM usage_days WHERE day = @day AND user_id = @user AND model_id = @model AND events = 0";

    public const string AddUserDay = """
        INSERT INTO user_days (day, user_id, turns, failed) VALUES (@day, @user, @turns, @failed)
        ON CONFLICT DO UPDATE SET turns = turns + excluded.turns, failed = failed + excluded.failed
        """;

    public const string DeleteEmptyUserDay = "DELETE FROM user_days WHERE day = @day AND user_id = @user AND turns = 0";

    public const string AddSession = """
        UPDATE sessions SET
            started_at = CASE WHEN @started_at IS NULL THEN started_at ELSE min(coalesce(started_at, @started_at), @started_at) END,
            first_at = min(first_at, @first_at), last_at = max(last_at, @last_at), turns = turns + @turns, events = events + @events,
            input_tokens = CAST(input_tokens + @input_tokens AS INTEGER), output_tokens = CAST(output_tokens + @output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + @cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + @cache_write_tokens AS INTEGER)
        WHERE session_ref = @session
        """;

    public const string AddSessionDay = "UPDATE session_days SET turns = turns + @turns WHERE day = @day AND user_id = @user AND session_ref = @session";

    public const string InsertSessionDay = """
        INSERT INTO session_days (day, user_id, session_ref, prev_day, turns)
        VALUES (@day, @user, @session, coalesce((SELECT max(day) FROM session_days WHERE user_id = @user AND session_ref = @session AND day < @day), -1), @turns)
        """;

    public const string DeleteEmptySessionDay = "DELETE FROM session_days WHERE day = @day AND user_id = @user AND session_ref = @session AND turns = 0";

    /// <summary>Joins the session's next active day to the one before it, after the day itself was added or removed.</summary>
    public const string LinkNextSessionDay = """
        UPDATE session_days
        SET prev_day = coalesce((SELECT max(p.day) FROM session_days p WHERE p.user_id = @user AND p.session_ref = @session AND p.day <= @day), -1)
        WHERE user_id = @user AND session_ref = @session
          AND day = (SELECT min(n.day) FROM session_days n WHERE n.user_id = @user AND n.session_ref = @session AND n.day > @day)
        """;

    public const string AddTotals = """
        INSERT INTO user_totals (user_id, sessions, turns, failed, first_at, last_at) VALUES (@user, @sessions, @turns, @failed, @first_at, @last_at)
        ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions, turns = turns + excluded.turns, failed = failed + excluded.failed,
            first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)
        """;

    public const string AddModel = """
        INSERT INTO user_models (user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        VALUES (@user, @model, @events, @messages, @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens)
        ON CONFLICT DO UPDATE SET events = events + excluded.events, messages = messages + excluded.messages,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER), output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER)
        """;

    public const string DeleteEmptyModel = "DELETE FROM user_models WHERE user_id = @user AND model_id = @model AND events = 0";

    // After turns were removed, the first and last instants are read again.

    public const string DeleteEmptySession = "DELETE FROM sessions WHERE session_ref = @session AND turns = 0";

    public const string RecountSessionSpan = """
        UPDATE sessions SET (first_at, last_at) =
            (SELECT min(t.started_at), max(t.ended_at) FROM turns t WHERE t.user_id = sessions.user_id AND t.session_ref = sessions.session_ref)
        WHERE session_ref = @session
        """;

    public const string DeleteEmptyTotals = "DELETE FROM user_totals WHERE user_id = @user AND turns = 0";

    public const string RecountTotalsSpan = """
        UPDATE user_totals SET (first_at, last_at) = (SELECT min(s.first_at), max(s.last_at) FROM sessions s WHERE s.user_id = user_totals.user_id)
        WHERE user_id = @user
        """;
}
