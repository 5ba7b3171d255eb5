namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of the writing transaction: facts, names and sessions.</summary>
internal static class StoreSql
{
    public const string SelectSubject = "SELECT subject_id FROM telemetry_subjects WHERE kind = ? AND name = ?";

    /// <summary>Parameters: kind, name, user, now.</summary>
    public const string InsertSubject = "INSERT INTO telemetry_subjects (kind, name, user_id, first_at) VALUES (?, ?, ?, ?)";

    public const string CountSubjects = "SELECT count(*) FROM telemetry_subjects WHERE kind IN ('claimed', 'install')";

    public const string SelectName = "SELECT name_id FROM telemetry_names WHERE name = ?";

    public const string InsertName = "INSERT INTO telemetry_names (name) VALUES (?)";

    /// <summary>Parameters: subject, category, name.</summary>
    public const string HasSubjectName = "SELECT 1 FROM telemetry_subject_names WHERE subject_id = ? AND category = ? AND name_id = ?";

    /// <summary>Parameters: subject, category.</summary>
    public const string CountSubjectNames = "SELECT count(*) FROM telemetry_subject_names WHERE subject_id = ? AND category = ?";

    /// <summary>Parameters: subject, category, name.</summary>
    public const string InsertSubjectName = "INSERT OR IGNORE INTO telemetry_subject_names (subject_id, category, name_id) VALUES (?, ?, ?)";

    /// <summary>Parameters: subject, session id.</summary>
    public const string SelectSession = "SELECT session_ref, has_events FROM telemetry_sessions WHERE subject_id = ? AND session_id = ?";

    /// <summary>Parameters: subject, session id, anonymous, first, last, terminal.</summary>
    public const string InsertSession = """
        INSERT INTO telemetry_sessions (subject_id, session_id, anonymous, has_events, first_at, last_at, terminal_id)
        VALUES (?, ?, ?, 0, ?, ?, ?)
        """;

    /// <summary>Parameters: subject, anonymous, from, to.</summary>
    public const string CountSessions = "SELECT count(*) FROM telemetry_sessions WHERE subject_id = ? AND anonymous = ? AND first_at >= ? AND first_at < ?";

    /// <summary>Parameters: first, last, has events, session.</summary>
    public const string UpdateSession = """
        UPDATE telemetry_sessions
        SET first_at = min(first_at, ?), last_at = max(last_at, ?), has_events = max(has_events, ?)
        WHERE session_ref = ?
        """;

    /// <summary>Changes nothing if the event is known.</summary>
    public const string InsertEvent = """
        INSERT OR IGNORE INTO telemetry_events (
            subject_id, event_key, session_ref, at, kind, model_id, name_id, detail_id, source_id, request_id,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost, duration_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    /// <summary>Changes nothing if the point is known. Parameters: day, subject, key.</summary>
    public const string InsertPoint = "INSERT OR IGNORE INTO telemetry_points (day, subject_id, point_key) VALUES (?, ?, ?)";

    /// <summary>Parameters: subject, key, the key of the stream in an earlier version.</summary>
    public const string SelectStream = "SELECT last_time, last_value FROM telemetry_streams WHERE subject_id = ? AND stream_key IN (?, ?) ORDER BY last_time DESC LIMIT 1";

    /// <summary>Parameters: subject, key, time, value.</summary>
    public const string PutStream = """
        INSERT INTO telemetry_streams (subject_id, stream_key, last_time, last_value) VALUES (?, ?, ?, ?)
        ON CONFLICT (subject_id, stream_key) DO UPDATE SET last_time = excluded.last_time, last_value = excluded.last_value
        """;

    /// <summary>Changes nothing if the prompt is known. Parameters: day, subject, key.</summary>
    public const string InsertPrompt = "INSERT OR IGNORE INTO telemetry_prompts (day, subject_id, prompt_key) VALUES (?, ?, ?)";

    /// <summary>Parameters: kind, name, most names, count, now.</summary>
    public const string AddSeen = """
        INSERT INTO telemetry_seen (kind, name, count, first_at, last_at)
        SELECT ?1, CASE WHEN EXISTS (SELECT 1 FROM telemetry_seen WHERE kind = ?1 AND name = ?2)
                          OR (SELECT count(*) FROM telemetry_seen WHERE kind = ?1) < ?3 THEN ?2 ELSE 'other' END, ?4, ?5, ?5
        WHERE true
        ON CONFLICT (kind, name) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)
        """;
}
