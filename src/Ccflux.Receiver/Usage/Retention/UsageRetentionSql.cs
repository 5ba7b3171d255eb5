namespace Ccflux.Receiver.Usage.Retention;

/// <summary>Statements that find and remove usage past its retention.</summary>
internal static class UsageRetentionSql
{
    /// <summary>Those of whom something counts, those whose requests may all be copies of another user's, and the negative numbers of subjects without a user: each is found from the one before.</summary>
    public const string SelectUsers = """
        WITH RECURSIVE subjects (user_id) AS (
            SELECT min(user_id) FROM requests WHERE user_id < 0
            UNION ALL
            SELECT (SELECT min(r.user_id) FROM requests r WHERE r.user_id > s.user_id AND r.user_id < 0) FROM subjects s WHERE s.user_id IS NOT NULL
        )
        SELECT user_id FROM subjects WHERE user_id IS NOT NULL
        UNION SELECT user_id FROM user_totals UNION SELECT user_id FROM request_copies ORDER BY user_id
        """;

    public const string SelectUser = "SELECT user_id FROM users WHERE email = @email";

    public const string SelectRequests = $"""
        SELECT request_key, subject_id FROM requests WHERE user_id = @user AND hour <= @before / {UnixTime.SqlHour} AND at < @before ORDER BY hour LIMIT @limit
        """;

    public const string SelectTurns = "SELECT turn_key FROM turns WHERE user_id = @user AND started_at < @before ORDER BY started_at LIMIT @limit";

    public const string DeleteLimits = "DELETE FROM limit_events WHERE user_id = @user AND at < @before";

    /// <summary>Prompts of turns that are no longer kept.</summary>
    public const string DeletePrompts = """
        DELETE FROM turn_prompts
        WHERE user_id = @user AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.user_id = turn_prompts.user_id AND t.turn_key = turn_prompts.turn_key)
        """;

    public const string DeletePauses = "DELETE FROM report_pauses WHERE user_id = @user AND until_at < @before";

    /// <summary>Sessions of which nothing is left but that their transcripts lack ids.</summary>
    public const string DeleteEmptySessions = """
        DELETE FROM sessions
        WHERE user_id = @user AND facts = 0 AND lacks_ids = 1 AND reported_at < @before
          AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = sessions.session_key AND r.hidden = 2)
          AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.user_id = @user AND r.session_key = sessions.session_key AND (r.provenance & 3) = 1)
        """;

    public const string DeleteSessions = "DELETE FROM sessions WHERE user_id = @user AND facts = 0";

    public const string DeleteShared = "DELETE FROM shared_requests WHERE user_id = @user OR other_user_id = @user";

    public const string DeleteCaps = "DELETE FROM usage_caps WHERE day < @before";
}
