namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of the writing transaction: facts, names and sessions.</summary>
internal static class StoreSql
{
    public const string SelectSubject = "SELECT subject_id FROM telemetry_subjects WHERE kind = @kind AND name = @name";

    public const string InsertSubject = "INSERT INTO telemetry_subjects (kind, name, user_id, first_at) VALUES (@kind, @name, @user, @now) RETURNING subject_id";

    public const string CountSubjects = "SELECT count(*) FROM telemetry_subjects WHERE kind IN ('claimed', 'install')";

    public const string SelectName = "SELECT name_id FROM telemetry_names WHERE name = @name";

    public const string InsertName = "INSERT INTO telemetry_names (name) VALUES (@name) RETURNING name_id";

    public const string HasSubjectName = "SELECT 1 FROM telemetry_subject_names WHERE subject_id = @subject AND category = @category AND name_id = @name";

    public const string CountSubjectNames = "SELECT count(*) FROM telemetry_subject_names WHERE subject_id = @subject AND category = @category";

    public const string InsertSubjectName = "INSERT OR IGNORE INTO telemetry_subject_names (subject_id, category, name_id) VALUES (@subject, @category, @name)";

    public const string SelectSession = "SELECT session_ref, has_events FROM telemetry_sessions WHERE subject_id = @subject AND session_id = @session_id";

    public const string InsertSession = """
        INSERT INTO telemetry_sessions (subject_id, session_id, anonymous, has_events, first_at, last_at, terminal_id)
        VALUES (@subject, @session_id, @anonymous, 0, @at, @at, @terminal)
        RETURNING session_ref
        """;

    public const string CountSessions =
        "SELECT count(*) FROM telemetry_sessions WHERE subject_id = @subject AND anonymous = @anonymous AND first_at >= @from AND first_at < @until";

    public const string UpdateSession = """
        UPDATE telemetry_sessions
        SET first_at = min(first_at, @first_at), last_at = max(last_at, @last_at), has_events = max(has_events, @has_events)
        WHERE session_ref = @session
        """;

    /// <summary>Changes nothing if the event is known.</summary>
    public const string InsertEvent = """
        INSERT OR IGNORE INTO telemetry_events (
            subject_id, event_key, session_ref, at, kind, model_id, name_id, detail_id, source_id, request_id,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost, duration_ms)
        VALUES (
            @subject, @event_key, @session, @at, @kind, @model, @name, @detail, @source, @request_id,
            @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens, @cost, @duration_ms)
        """;

    /// <summary>Changes nothing if the point is known.</summary>
    public const string InsertPoint = "INSERT OR IGNORE INTO telemetry_points (day, subject_id, point_key) VALUES (@day, @subject, @point_key)";

    /// <summary><c>@earlier_key</c> is the key of the stream in an earlier version.</summary>
    public const string SelectStream = """
        SELECT last_time, last_value FROM telemetry_streams WHERE subject_id = @subject AND stream_key IN (@stream_key, @earlier_key) ORDER BY last_time DESC LIMIT 1
        """;

    public const string PutStream = """
        INSERT INTO telemetry_streams (subject_id, stream_key, last_time, last_value) VALUES (@subject, @stream_key, @time, @value)
        ON CONFLICT (subject_id, stream_key) DO UPDATE SET last_time = excluded.last_time, last_value = excluded.last_value
        """;

    /// <summary>Changes nothing if the prompt is known.</summary>
    public const string InsertPrompt = "INSERT OR IGNORE INTO telemetry_prompts (day, subject_id, prompt_key) VALUES (@day, @subject, @prompt_key)";

    public const string AddSeen = """
        INSERT INTO telemetry_seen (kind, name, count, first_at, last_at)
        SELECT @kind, CASE WHEN EXISTS (SELECT 1 FROM telemetry_seen WHERE kind = @kind AND name = @name)
                             OR (SELECT count(*) FROM telemetry_seen WHERE kind = @kind) < @limit THEN @name ELSE 'other' END, @count, @now, @now
        WHERE true
        ON CONFLICT (kind, name) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)
        """;
}
