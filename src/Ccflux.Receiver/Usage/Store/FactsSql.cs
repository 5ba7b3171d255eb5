namespace Ccflux.Receiver.Usage.Store;

/// <summary>Statements on turns, events, sessions and models. Event columns are in the order of <see cref="UsageSums"/>.</summary>
internal static class FactsSql
{
    private const string SumColumns = """
        messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
        over_100k_input_tokens, over_100k_output_tokens, over_100k_cache_read_tokens, over_100k_cache_write_tokens, over_100k_cache_write_1h_tokens,
        over_200k_input_tokens, over_200k_output_tokens, over_200k_cache_read_tokens, over_200k_cache_write_tokens, over_200k_cache_write_1h_tokens,
        fast_input_tokens, fast_output_tokens, fast_cache_read_tokens, fast_cache_write_tokens, fast_cache_write_1h_tokens
        """;

    /// <summary>What <see cref="UsageSums.CopyTo"/> fills in.</summary>
    public const string SumParameters = """
        @messages, @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens, @cache_write_1h_tokens,
        @over_100k_input_tokens, @over_100k_output_tokens, @over_100k_cache_read_tokens, @over_100k_cache_write_tokens, @over_100k_cache_write_1h_tokens,
        @over_200k_input_tokens, @over_200k_output_tokens, @over_200k_cache_read_tokens, @over_200k_cache_write_tokens, @over_200k_cache_write_1h_tokens,
        @fast_input_tokens, @fast_output_tokens, @fast_cache_read_tokens, @fast_cache_write_tokens, @fast_cache_write_1h_tokens
        """;

    public const string SelectModel = "SELECT model_id FROM models WHERE name = @name";
    public const string InsertModel = "INSERT INTO models (name, first_seen_at) VALUES (@name, @now) RETURNING model_id";
    public const string HasModel = "SELECT 1 FROM user_models WHERE user_id = @user AND model_id = @model";

    public const string SelectSession = "SELECT session_ref FROM sessions WHERE user_id = @user AND session_id = @session_id";

    public const string InsertSession = """
        INSERT INTO sessions (user_id, session_id, started_at, first_at, last_at) VALUES (@user, @session_id, @started_at, @first_at, @last_at)
        RETURNING session_ref
        """;

    public const string SelectCaps = "SELECT sessions, models FROM user_caps WHERE user_id = @user AND day = @day";

    public const string AddCaps = """
        INSERT INTO user_caps (user_id, day, sessions, models, devices) VALUES (@user, @day, @sessions, @models, 0)
        ON CONFLICT (user_id, day) DO UPDATE SET sessions = sessions + excluded.sessions, models = models + excluded.models
        """;

    public const string SelectGrowth = "SELECT turns, events, limit_events FROM user_caps WHERE user_id = @user AND day = @day";

    public const string PutGrowth = """
        INSERT INTO user_caps (user_id, day, sessions, models, devices, turns, events, limit_events)
        VALUES (@user, @day, 0, 0, 0, @turns, @events, @limit_events)
        ON CONFLICT (user_id, day) DO UPDATE SET turns = excluded.turns, events = excluded.events, limit_events = excluded.limit_events
        """;

    /// <summary>Does nothing if the turn is already stored.</summary>
    public const string InsertTurn = """
        INSERT INTO turns (user_id, session_ref, schema_version, turn_index, started_at, ended_at, received_at,
                           outcome, entrypoint, device_ref, plugin_version, clock_adjusted)
        VALUES (@user, @session, @schema, @index, @started_at, @ended_at, @received_at,
                @outcome, @entrypoint, @device, @plugin_version, @clock_adjusted)
        ON CONFLICT DO NOTHING
        RETURNING turn_id
        """;

    public const string SelectTurn = """
        SELECT turn_id, started_at, ended_at, outcome, entrypoint, device_ref, plugin_version, clock_adjusted
        FROM turns WHERE user_id = @user AND session_ref = @session AND schema_version = @schema AND turn_index = @index
        """;

    public const string UpdateTurn = """
        UPDATE turns SET started_at = @started_at, ended_at = @ended_at, outcome = @outcome, entrypoint = @entrypoint, device_ref = @device,
                         plugin_version = @plugin_version, clock_adjusted = @clock_adjusted
        WHERE turn_id = @turn
        """;

    public const string DeleteTurn = "DELETE FROM turns WHERE turn_id = @turn";
    public const string DeleteEvents = "DELETE FROM events WHERE user_id = @user AND turn_id = @turn";

    public const string SelectEvents = $"SELECT model_id, subagent_tokens, partial, {SumColumns} FROM events WHERE user_id = @user AND turn_id = @turn";

    public const string InsertEvent = $"""
        INSERT INTO events (user_id, turn_id, model_id, subagent_tokens, partial, {SumColumns})
        VALUES (@user, @turn, @model, @subagent_tokens, @partial, {SumParameters})
        """;

    /// <summary>Same parameters as <see cref="InsertEvent"/>.</summary>
    public const string ReplaceEvent = $"""
        {InsertEvent}
        ON CONFLICT (user_id, turn_id, model_id) DO UPDATE SET
            subagent_tokens = excluded.subagent_tokens, partial = excluded.partial, messages = excluded.messages,
            input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
            cache_read_tokens = excluded.cache_read_tokens, cache_write_tokens = excluded.cache_write_tokens,
            cache_write_1h_tokens = excluded.cache_write_1h_tokens,
            over_100k_input_tokens = excluded.over_100k_input_tokens, over_100k_output_tokens = excluded.over_100k_output_tokens,
            over_100k_cache_read_tokens = excluded.over_100k_cache_read_tokens,
            over_100k_cache_write_tokens = excluded.over_100k_cache_write_tokens,
            over_100k_cache_write_1h_tokens = excluded.over_100k_cache_write_1h_tokens,
            over_200k_input_tokens = excluded.over_200k_input_tokens, over_200k_output_tokens = excluded.over_200k_output_tokens,
            over_200k_cache_read_tokens = excluded.over_200k_cache_read_tokens,
            over_200k_cache_write_tokens = excluded.over_200k_cache_write_tokens,
            over_200k_cache_write_1h_tokens = excluded.over_200k_cache_write_1h_tokens,
            fast_input_tokens = excluded.fast_input_tokens, fast_output_tokens = excluded.fast_output_tokens,
            fast_cache_read_tokens = excluded.fast_cache_read_tokens, fast_cache_write_tokens = excluded.fast_cache_write_tokens,
            fast_cache_write_1h_tokens = excluded.fast_cache_write_1h_tokens
        """;

    public const string HasLimitEvent =
        "SELECT 1 FROM limit_events WHERE user_id = @user AND session_ref = @session AND turn_index = @index AND at = @at";

    /// <summary>A later report may add details to the same event.</summary>
    public const string PutLimitEvent = """
        INSERT INTO limit_events (user_id, session_ref, turn_index, at, window, resets_at, final)
        VALUES (@user, @session, @index, @at, @window, @resets_at, @final)
        ON CONFLICT DO UPDATE SET
            window = coalesce(window, excluded.window), resets_at = coalesce(resets_at, excluded.resets_at), final = max(final, excluded.final)
        """;

    /// <summary>The three texts replace the stored ones only if given.</summary>
    public const string StampUser = """
        UPDATE users SET last_report_at = @now, plugin_version = coalesce(nullif(@plugin_version, ''), plugin_version),
                         claude_code_version = coalesce(@claude_code_version, claude_code_version), platform = coalesce(@platform, platform)
        WHERE user_id = @user
        """;

    public const string StampClaimedEmail = "UPDATE users SET claimed_email = @claimed_email WHERE user_id = @user AND claimed_email IS NOT @claimed_email";

    public const string StampDevice = "UPDATE devices SET last_seen_at = @now WHERE device_ref = @device";
}
