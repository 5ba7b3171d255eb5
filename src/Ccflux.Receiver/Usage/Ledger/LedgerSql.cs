namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements on the facts of the ledger: requests, turns, sessions.</summary>
internal static class LedgerSql
{
    /// <summary>How many requests a row is: metrics are none.</summary>
    public const string One = "CASE WHEN origin = 8 THEN 0 ELSE 1 END";

    private const string RequestColumns = """
        at, session_key, turn_key, model_id, price_class, origin, provenance,
        input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches,
        duration_ms, first_token_ms, stated_cost_nanos
        """;

    public const string InsertRequest = $"""
        INSERT INTO requests (user_id, hour, request_key, {RequestColumns}, hidden, subject_id)
        VALUES (@user, @hour, @key, @at, @session, @turn, @model, @price_class, @origin, @provenance,
            @input, @output, @cache_read, @cache_write_5m, @cache_write_1h, @web_searches, @duration, @first_token, @stated_cost, @hidden, @subject)
        ON CONFLICT DO NOTHING
        """;

    public const string SelectRequest = $"""
        SELECT {RequestColumns}, (SELECT m.name FROM models m WHERE m.model_id = requests.model_id), hidden
        FROM requests WHERE user_id = @user AND request_key = @key AND subject_id = @subject
        """;

    public const string UpdateRequest = """
        UPDATE requests SET hour = @hour, at = @at, session_key = @session, turn_key = @turn, model_id = @model, price_class = @price_class, origin = @origin,
            provenance = @provenance, input_tokens = @input, output_tokens = @output, cache_read_tokens = @cache_read,
            cache_write_5m_tokens = @cache_write_5m, cache_write_1h_tokens = @cache_write_1h, web_searches = @web_searches,
            duration_ms = @duration, first_token_ms = @first_token, stated_cost_nanos = @stated_cost, hidden = @hidden
        WHERE user_id = @user AND request_key = @key AND subject_id = @subject
        """;

    public const string DeleteRequest = "DELETE FROM requests WHERE user_id = @user AND request_key = @key AND subject_id = @subject";

    public const string InsertTurn = """
        INSERT INTO turns (user_id, turn_key, session_key, started_at, ended_at, outcome, legacy, hidden)
        VALUES (@user, @turn, @session, @started_at, @ended_at, @outcome, @legacy, @hidden) ON CONFLICT DO NOTHING
        """;

    public const string SelectTurn = "SELECT session_key, started_at, ended_at, outcome, legacy, hidden FROM turns WHERE user_id = @user AND turn_key = @turn";

    public const string UpdateTurn = """
        UPDATE turns SET session_key = @session, started_at = @started_at, ended_at = @ended_at, outcome = @outcome
        WHERE user_id = @user AND turn_key = @turn
        """;

    public const string DeleteTurn = "DELETE FROM turns WHERE user_id = @user AND turn_key = @turn";

    /// <summary>Whether a session has turns of ccflux 0.1.</summary>
    public const string HasLegacy = "SELECT 1 FROM turns WHERE user_id = @user AND session_key = @session AND legacy = 1 LIMIT 1";

    /// <summary>Whether a turn of a later client covers an instant of a session. <c>@before</c> and <c>@after</c> are how far ccflux 0.1's time may be off.</summary>
    public const string IsCovered = """
        SELECT 1 FROM turns
        WHERE user_id = @user AND session_key = @session AND legacy = 0 AND started_at <= @at + @before AND ended_at >= @at - @after LIMIT 1
        """;

    public const string SelectCovered = """
        SELECT turn_key, session_key, started_at, ended_at, outcome, legacy FROM turns
        WHERE user_id = @user AND session_key = @session AND legacy = 1 AND hidden = 0 AND started_at >= @started_at - @before AND started_at <= @ended_at + @after
        """;

    public const string HideTurn = "UPDATE turns SET hidden = 1 WHERE user_id = @user AND turn_key = @turn";

    /// <summary>What ccflux 0.1 reported of a turn stands at the turn's own instant.</summary>
    public const string SelectRequestsOfTurn = "SELECT request_key FROM requests WHERE user_id = @user AND hour = @hour AND turn_key = @turn AND hidden = 0";

    public const string SetHiding = "UPDATE requests SET hidden = @hidden WHERE user_id = @user AND request_key = @key AND subject_id = @subject";

    /// <summary>The requests of a session of which only telemetry tells.</summary>
    public const string SelectTelemetryOfSession = "SELECT request_key, subject_id FROM requests WHERE user_id = @user AND session_key = @session AND (provenance & 3) = 1";

    /// <summary>The same since an instant, in epoch milliseconds.</summary>
    public const string SelectTelemetrySince = $"""
        SELECT request_key, subject_id FROM requests WHERE user_id = @user AND hour >= @from / {UnixTime.SqlHour} AND at >= @from AND (provenance & 3) = 1
        """;

    public const string LacksIds = "SELECT lacks_ids FROM sessions WHERE user_id = @user AND session_key = @session";

    /// <summary>Whether a pause overlaps a time, both ends included.</summary>
    public const string IsPaused = "SELECT 1 FROM report_pauses WHERE user_id = @user AND from_at <= @until AND (until_at IS NULL OR until_at >= @from) LIMIT 1";

    public const string HasMetrics = "SELECT 1 FROM requests WHERE user_id = @user AND origin = 8 LIMIT 1";

    public const string SelectMetricsOfSession = "SELECT request_key, subject_id FROM requests WHERE user_id = @user AND session_key = @session AND origin = 8";

    /// <summary>Metrics of unknown sessions.</summary>
    public const string SelectMetricsOfHours = """
        SELECT request_key, subject_id FROM requests WHERE user_id = @user AND session_key = 0 AND hour BETWEEN @first AND @last AND origin = 8
        """;

    /// <summary>Whether a session has requests that count, or are a copy of another user's, or that only telemetry tells of.</summary>
    public const string HasRequests = """
        SELECT 1
        WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = @user AND s.session_key = @session AND s.requests > 0)
           OR EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND r.hidden = 2)
           OR EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = @session AND (r.provenance & 3) = 1 AND r.origin <> 8)
        """;

    public const string HasRequestsInHours = "SELECT 1 FROM requests WHERE user_id = @user AND hour BETWEEN @first AND @last AND origin <> 8 LIMIT 1";

    /// <summary>Whether a user has requests that the telemetry of an installation or a claimed address reported.</summary>
    public const string HasSubjects = "SELECT 1 FROM requests WHERE user_id = @user AND user_id > 0 AND subject_id <> 0 LIMIT 1";

    public const string SelectSubjectsOfKey = "SELECT request_key, subject_id FROM requests WHERE user_id = @user AND request_key = @key AND subject_id <> 0";

    /// <summary>Whether another row tells of a request: the user's own, or that of a subject with a smaller number.</summary>
    public const string HasSame = "SELECT 1 FROM requests WHERE user_id = @user AND request_key = @key AND subject_id < @subject LIMIT 1";

    /// <summary>Where rows of a subject stand, other than with one user: ranges of the index, so that the user's own are not read.</summary>
    public const string SelectHolder = """
        SELECT coalesce(
            (SELECT min(user_id) FROM requests WHERE subject_id = @subject AND subject_id <> 0 AND user_id > 0 AND user_id < @user),
            (SELECT min(user_id) FROM requests WHERE subject_id = @subject AND subject_id <> 0 AND user_id > 0 AND user_id > @user),
            (SELECT min(user_id) FROM requests WHERE user_id = -@subject AND @user > 0))
        """;

    /// <summary>Rows of a subject that stand with a user, and those that stand with the subject itself.</summary>
    public const string SelectRequestsOfSubject =
        "SELECT request_key, subject_id FROM requests WHERE subject_id = @subject AND subject_id <> 0 AND user_id = @user AND user_id > 0 LIMIT @limit";

    public const string SelectUnattributed = "SELECT request_key, subject_id FROM requests WHERE user_id = -@subject LIMIT @limit";

    public const string SelectSession = "SELECT session_id, reported_at FROM sessions WHERE user_id = @user AND session_key = @session";

    public const string HasPauses = "SELECT 1 FROM report_pauses WHERE user_id = @user LIMIT 1";

    /// <summary>A request that counts becomes a copy of the one with the same key that another user has. What ccflux 0.1 reported has keys of its own.</summary>
    public const string HideCopy = "UPDATE requests SET hidden = 2, copy_of = @of WHERE user_id = @user AND request_key = @key AND subject_id = 0 AND hidden = 0 AND origin <> 7";

    public const string CountCopy = "UPDATE requests SET hidden = 0, copy_of = NULL WHERE user_id = @user AND request_key = @key AND subject_id = 0 AND hidden = 2";

    /// <summary>When a session was first reported, and from which device: as much as is known of the first report of one of its requests.</summary>
    public const string SelectSessionOrigin = "SELECT reported_at, device_ref FROM sessions WHERE user_id = @user AND session_key = @session";

    /// <summary>A prompt id names one turn. Of two that claim it the greater key stays, whichever came first.</summary>
    public const string PutPrompt = """
        INSERT INTO turn_prompts (user_id, prompt_key, turn_key) VALUES (@user, @prompt, @turn)
        ON CONFLICT (user_id, prompt_key) DO UPDATE SET turn_key = greatest(turn_prompts.turn_key, excluded.turn_key)
        """;

    /// <summary>A session of two devices keeps the greater number, and of two entry points the last by name: no report's order matters.</summary>
    public const string PutSession = """
        INSERT INTO sessions (user_id, session_key, session_id, device_ref, entrypoint, started_at, reported_at, lacks_ids, facts, requests,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        VALUES (@user, @session, @session_id, @device, @entrypoint, @started_at, @reported_at, @lacks_ids, 0, 0, 0, 0, 0, 0)
        ON CONFLICT (user_id, session_key) DO UPDATE SET
            started_at = CASE WHEN excluded.started_at < coalesce(sessions.started_at, excluded.started_at + 1) THEN excluded.started_at ELSE sessions.started_at END,
            device_ref = CASE WHEN excluded.device_ref > coalesce(sessions.device_ref, 0) THEN excluded.device_ref ELSE sessions.device_ref END,
            entrypoint = CASE WHEN excluded.entrypoint > coalesce(sessions.entrypoint, '') THEN excluded.entrypoint ELSE sessions.entrypoint END,
            lacks_ids = greatest(sessions.lacks_ids, excluded.lacks_ids)
        """;

    public const string HasRequest = "SELECT 1 FROM requests WHERE user_id = @user AND request_key = @key AND subject_id = 0";

    public const string HasTurn = "SELECT 1 FROM turns WHERE user_id = @user AND turn_key = @turn";

    public const string HasSession = "SELECT 1 FROM sessions WHERE user_id = @user AND session_key = @session";

    /// <summary>Whether a user has ever used a model. The first row that is found ends the search.</summary>
    public const string HasModel = "SELECT 1 FROM usage_hours WHERE user_id = @user AND model_id = @model LIMIT 1";

    public const string HasLimit = "SELECT 1 FROM limit_events WHERE user_id = @user AND turn_key = @turn AND at = @at";

    /// <summary>A later report may add details to the same event, or be a fork's copy of it.</summary>
    public const string PutLimit = """
        INSERT INTO limit_events (user_id, session_key, turn_key, at, window_name, resets_at, final)
        VALUES (@user, @session, @turn, @at, @window, @resets_at, @final)
        ON CONFLICT (user_id, turn_key, at) DO UPDATE SET
            session_key = least(limit_events.session_key, excluded.session_key),
            window_name = greatest(limit_events.window_name, excluded.window_name), resets_at = coalesce(limit_events.resets_at, excluded.resets_at),
            final = greatest(limit_events.final, excluded.final)
        """;

    /// <summary>A pause that goes on ends later; one that has ended does not go on again. Changes nothing if the pause is known.</summary>
    public const string PutPause = """
        INSERT INTO report_pauses (user_id, from_at, until_at) VALUES (@user, @from, @until)
        ON CONFLICT (user_id, from_at) DO UPDATE SET until_at = excluded.until_at
        WHERE excluded.until_at IS NOT NULL AND (report_pauses.until_at IS NULL OR report_pauses.until_at < excluded.until_at)
        """;

    public const string SelectCaps = "SELECT facts, sessions, models FROM usage_caps WHERE user_id = @user AND day = @day AND backfill = @backfill";

    public const string PutCaps = """
        INSERT INTO usage_caps (user_id, day, backfill, facts, sessions, models) VALUES (@user, @day, @backfill, @facts, @sessions, @models)
        ON CONFLICT (user_id, day, backfill) DO UPDATE SET facts = excluded.facts, sessions = excluded.sessions, models = excluded.models
        """;
}
