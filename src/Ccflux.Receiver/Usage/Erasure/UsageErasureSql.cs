namespace Ccflux.Receiver.Usage.Erasure;

/// <summary>Statements that remove all usage of one user, with every sum.</summary>
internal static class UsageErasureSql
{
    public const string DeleteRequests = """
        DELETE FROM requests WHERE (user_id, hour, request_key, subject_id) IN (
            SELECT user_id, hour, request_key, subject_id FROM requests WHERE user_id = @user ORDER BY hour, request_key, subject_id LIMIT @limit)
        """;

    public const string DeleteTurns = """
        DELETE FROM turns WHERE (user_id, turn_key) IN (SELECT user_id, turn_key FROM turns WHERE user_id = @user ORDER BY turn_key LIMIT @limit)
        """;

    public const string DeletePrompts = """
        DELETE FROM turn_prompts WHERE (user_id, prompt_key) IN (SELECT user_id, prompt_key FROM turn_prompts WHERE user_id = @user ORDER BY prompt_key LIMIT @limit)
        """;

    public const string DeleteEvents = """
        DELETE FROM turn_models WHERE event_id IN (SELECT event_id FROM turn_models WHERE user_id = @user LIMIT @limit)
        """;

    public const string DeleteSessions = """
        DELETE FROM sessions WHERE (user_id, session_key) IN (SELECT user_id, session_key FROM sessions WHERE user_id = @user ORDER BY session_key LIMIT @limit)
        """;

    public const string DeleteLimits = """
        DELETE FROM limit_events WHERE (user_id, turn_key, at) IN (SELECT user_id, turn_key, at FROM limit_events WHERE user_id = @user ORDER BY turn_key, at LIMIT @limit)
        """;

    public const string DeletePauses = """
        DELETE FROM report_pauses WHERE (user_id, from_at) IN (SELECT user_id, from_at FROM report_pauses WHERE user_id = @user ORDER BY from_at LIMIT @limit)
        """;

    public const string DeleteHours = """
        DELETE FROM usage_hours
        WHERE (user_id, slot, model_id, price_class) IN (SELECT user_id, slot, model_id, price_class FROM usage_hours WHERE user_id = @user ORDER BY slot, model_id, price_class LIMIT @limit)
        """;

    public const string DeleteUserHours = """
        DELETE FROM user_hours WHERE (user_id, slot) IN (SELECT user_id, slot FROM user_hours WHERE user_id = @user ORDER BY slot LIMIT @limit)
        """;

    public const string DeleteSessionHours = """
        DELETE FROM session_hours
        WHERE (user_id, slot, session_key) IN (SELECT user_id, slot, session_key FROM session_hours WHERE user_id = @user ORDER BY slot, session_key LIMIT @limit)
        """;

    public const string DeleteActiveHours = """
        DELETE FROM active_hours WHERE (user_id, day) IN (SELECT user_id, day FROM active_hours WHERE user_id = @user ORDER BY day LIMIT @limit)
        """;

    public const string DeleteSessionDays = """
        DELETE FROM session_days
        WHERE (day, user_id, session_key) IN (SELECT day, user_id, session_key FROM session_days WHERE user_id = @user ORDER BY session_key, day LIMIT @limit)
        """;

    /// <summary>Days come first in the keys of these three tables; each day that has rows has a version.</summary>
    public const string DeleteDays = """
        DELETE FROM usage_days WHERE (day, user_id, model_id, price_class) IN (
            SELECT s.day, s.user_id, s.model_id, s.price_class
            FROM (SELECT DISTINCT day FROM usage_day_versions) v CROSS JOIN usage_days s WHERE s.day = v.day AND s.user_id = @user LIMIT @limit)
        """;

    public const string DeleteUserDays = """
        DELETE FROM user_days WHERE (day, user_id) IN (
            SELECT s.day, s.user_id FROM (SELECT DISTINCT day FROM usage_day_versions) v CROSS JOIN user_days s WHERE s.day = v.day AND s.user_id = @user LIMIT @limit)
        """;

    public const string DeleteEventDays = """
        DELETE FROM event_days WHERE (day, user_id, model_id) IN (
            SELECT s.day, s.user_id, s.model_id
            FROM (SELECT DISTINCT day FROM usage_day_versions) v CROSS JOIN event_days s WHERE s.day = v.day AND s.user_id = @user LIMIT @limit)
        """;

    public const string DeleteTotals = "DELETE FROM usage_totals WHERE user_id = @user";

    public const string DeleteEventTotals = "DELETE FROM event_totals WHERE user_id = @user";

    public const string DeleteUserTotals = "DELETE FROM user_totals WHERE user_id = @user";

    public const string DeleteTier = "DELETE FROM tiers WHERE user_id = @user";

    public const string DeleteCaps = "DELETE FROM usage_caps WHERE user_id = @user";

    public const string DeleteShared = "DELETE FROM shared_requests WHERE user_id = @user OR other_user_id = @user";

    /// <summary>Declarations about the person's own requests. Those that say that others have copies of them stay: the copies stay hidden.</summary>
    public const string DeleteCopies = "DELETE FROM request_copies WHERE user_id = @user";

    public const string RenameDeclarer = "UPDATE request_copies SET declared_by = @name WHERE declared_by = @email";

    /// <summary>Pages read every day again.</summary>
    public const string ChangeDays = "UPDATE usage_day_versions SET version = version + 1";
}
