namespace Ccflux.Receiver.Telemetry.Erasure;

/// <summary>Statements that remove all telemetry of one person. Names of models, terminals and tools are everybody's and stay.</summary>
internal static class TelemetryErasureSql
{
    public const string HasClaimed = "SELECT 1 FROM telemetry_subjects WHERE kind = 'claimed' AND name = @email";

    public const string HasPlan = "SELECT 1 FROM telemetry_plans WHERE person = @email";

    public const string SelectInstallations = "SELECT name FROM telemetry_subjects WHERE kind = 'install' AND user_id = @user";

    /// <summary>Sessions that are hours of an installation.</summary>
    public const string SelectHours = """
        SELECT s.session_id FROM telemetry_subjects p JOIN telemetry_sessions s ON s.subject_id = p.subject_id WHERE p.user_id = @user AND s.anonymous = 1
        """;

    /// <summary>Whether an installation is, or is also, somebody else's, or nobody knows whose.</summary>
    public const string IsOfOthers = """
        SELECT 1 FROM telemetry_subjects p
        WHERE (p.user_id IS NULL OR p.user_id <> @user)
          AND ((p.kind = 'install' AND p.name = @install)
               OR EXISTS (SELECT 1 FROM telemetry_sessions s WHERE s.subject_id = p.subject_id AND s.session_id >= @first AND s.session_id < @end))
        LIMIT 1
        """;

    /// <summary>What claims the address becomes the user's, under a name that no sender can state: no record finds it any more.</summary>
    public const string TakeClaimed = """
        UPDATE telemetry_subjects SET kind = 'install', name = '~erased ' || subject_id, user_id = @user WHERE kind = 'claimed' AND name = @email
        """;

    public const string HideInstallations = """
        UPDATE telemetry_subjects SET name = '~erased ' || subject_id WHERE kind = 'install' AND user_id = @user
        """;

    public const string DeleteTokens = "DELETE FROM telemetry_tokens WHERE user_id = @user";

    public const string DeletePlan = "DELETE FROM telemetry_plans WHERE person = @email";

    public const string SelectSubject = "SELECT subject_id FROM telemetry_subjects WHERE user_id = @user ORDER BY subject_id LIMIT 1";

    public const string DeleteEvents = """
        DELETE FROM telemetry_events WHERE event_id IN (SELECT event_id FROM telemetry_events WHERE subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteStreams = """
        DELETE FROM telemetry_streams
        WHERE (subject_id, stream_key) IN (SELECT subject_id, stream_key FROM telemetry_streams WHERE subject_id = @subject ORDER BY stream_key LIMIT @limit)
        """;

    public const string DeletePrompts = """
        DELETE FROM telemetry_prompts
        WHERE (subject_id, prompt_key) IN (SELECT subject_id, prompt_key FROM telemetry_prompts WHERE subject_id = @subject ORDER BY prompt_key LIMIT @limit)
        """;

    public const string DeleteSessionUsage = """
        DELETE FROM telemetry_session_usage WHERE (subject_id, session_ref) IN (
            SELECT subject_id, session_ref FROM telemetry_session_usage WHERE subject_id = @subject ORDER BY session_ref LIMIT @limit)
        """;

    public const string DeleteSessions = """
        DELETE FROM telemetry_sessions WHERE session_ref IN (SELECT session_ref FROM telemetry_sessions WHERE subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteLabels = """
        DELETE FROM telemetry_labels WHERE (subject_id, name, value) IN (
            SELECT subject_id, name, value FROM telemetry_labels WHERE subject_id = @subject ORDER BY name, value LIMIT @limit)
        """;

    public const string DeleteNames = """
        DELETE FROM telemetry_subject_names WHERE (subject_id, category, name_id) IN (
            SELECT subject_id, category, name_id FROM telemetry_subject_names WHERE subject_id = @subject ORDER BY category, name_id LIMIT @limit)
        """;

    /// <summary>Returns what it deletes: the sums over everybody shrink by it.</summary>
    public const string DeleteDurations = """
        DELETE FROM telemetry_durations WHERE (subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket) IN (
            SELECT subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket FROM telemetry_durations WHERE subject_id = @subject
            ORDER BY day, hour_of_day, terminal_id, is_tool, name_id, bucket LIMIT @limit)
        RETURNING day, hour_of_day, is_tool, name_id, terminal_id, bucket, count
        """;

    /// <summary>Days and hours come first in the keys of these tables: their periods are found one by one, in everybody's rows.</summary>
    public const string DeletePoints = """
        DELETE FROM telemetry_points WHERE (day, subject_id, point_key) IN (
            WITH RECURSIVE periods (day) AS (
                SELECT min(day) FROM telemetry_points
                UNION ALL SELECT (SELECT min(p.day) FROM telemetry_points p WHERE p.day > periods.day) FROM periods WHERE periods.day IS NOT NULL)
            SELECT s.day, s.subject_id, s.point_key FROM periods CROSS JOIN telemetry_points s WHERE s.day = periods.day AND s.subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteHours = """
        DELETE FROM telemetry_hours WHERE (hour, subject_id, terminal_id, model_id, source) IN (
            WITH RECURSIVE periods (hour) AS (
                SELECT min(hour) FROM telemetry_hours
                UNION ALL SELECT (SELECT min(p.hour) FROM telemetry_hours p WHERE p.hour > periods.hour) FROM periods WHERE periods.hour IS NOT NULL)
            SELECT s.hour, s.subject_id, s.terminal_id, s.model_id, s.source
            FROM periods CROSS JOIN telemetry_hours s WHERE s.hour = periods.hour AND s.subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteDays = """
        DELETE FROM telemetry_days WHERE (day, subject_id, terminal_id, model_id, source) IN (
            WITH RECURSIVE periods (day) AS (
                SELECT min(day) FROM telemetry_days
                UNION ALL SELECT (SELECT min(p.day) FROM telemetry_days p WHERE p.day > periods.day) FROM periods WHERE periods.day IS NOT NULL)
            SELECT s.day, s.subject_id, s.terminal_id, s.model_id, s.source
            FROM periods CROSS JOIN telemetry_days s WHERE s.day = periods.day AND s.subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteHourCounts = """
        DELETE FROM telemetry_hour_counts WHERE (hour, subject_id, terminal_id, kind, name_id, detail_id) IN (
            WITH RECURSIVE periods (hour) AS (
                SELECT min(hour) FROM telemetry_hour_counts
                UNION ALL SELECT (SELECT min(p.hour) FROM telemetry_hour_counts p WHERE p.hour > periods.hour) FROM periods WHERE periods.hour IS NOT NULL)
            SELECT s.hour, s.subject_id, s.terminal_id, s.kind, s.name_id, s.detail_id
            FROM periods CROSS JOIN telemetry_hour_counts s WHERE s.hour = periods.hour AND s.subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteDayCounts = """
        DELETE FROM telemetry_day_counts WHERE (day, subject_id, terminal_id, kind, name_id, detail_id) IN (
            WITH RECURSIVE periods (day) AS (
                SELECT min(day) FROM telemetry_day_counts
                UNION ALL SELECT (SELECT min(p.day) FROM telemetry_day_counts p WHERE p.day > periods.day) FROM periods WHERE periods.day IS NOT NULL)
            SELECT s.day, s.subject_id, s.terminal_id, s.kind, s.name_id, s.detail_id
            FROM periods CROSS JOIN telemetry_day_counts s WHERE s.day = periods.day AND s.subject_id = @subject LIMIT @limit)
        """;

    public const string DeleteSubject = "DELETE FROM telemetry_subjects WHERE subject_id = @subject";
}
