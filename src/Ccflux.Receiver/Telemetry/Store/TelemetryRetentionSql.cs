namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL that removes old rows, a limited number at a time.</summary>
internal static class TelemetryRetentionSql
{
    public const string DeleteEvents =
        "DELETE FROM telemetry_events WHERE event_id IN (SELECT event_id FROM telemetry_events WHERE at < @before ORDER BY at LIMIT @limit)";

    public const string DeletePoints = """
        DELETE FROM telemetry_points
        WHERE (day, subject_id, point_key) IN (SELECT day, subject_id, point_key FROM telemetry_points WHERE day < @before_day ORDER BY day LIMIT @limit)
        """;

    public const string DeletePrompts = """
        DELETE FROM telemetry_prompts
        WHERE (subject_id, prompt_key) IN (SELECT subject_id, prompt_key FROM telemetry_prompts WHERE day < @before_day LIMIT @limit)
        """;

    public const string DeleteStreams = """
        DELETE FROM telemetry_streams
        WHERE (subject_id, stream_key) IN (SELECT subject_id, stream_key FROM telemetry_streams WHERE last_time < @before_nanoseconds LIMIT @limit)
        """;

    public const string DeleteSessionUsage = """
        DELETE FROM telemetry_session_usage
        WHERE (subject_id, session_ref) IN (SELECT subject_id, session_ref FROM telemetry_sessions WHERE last_at < @before ORDER BY last_at LIMIT @limit)
        """;

    public const string DeleteSessions =
        "DELETE FROM telemetry_sessions WHERE session_ref IN (SELECT session_ref FROM telemetry_sessions WHERE last_at < @before ORDER BY last_at LIMIT @limit)";
}
