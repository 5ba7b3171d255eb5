namespace Ccflux.Receiver.Usage.Store;

/// <summary>Statements on 5-hour windows.</summary>
internal static class WindowSql
{
    public const string SelectLatestStart = "SELECT max(start_at) FROM usage_windows WHERE user_id = @user AND start_at <= @at";

    public const string SelectNextStart = "SELECT min(start_at) FROM usage_windows WHERE user_id = @user AND start_at > @at";

    public const string Exists = "SELECT 1 FROM usage_windows WHERE user_id = @user AND start_at = @start";

    public const string Add = """
        INSERT INTO usage_windows (user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        VALUES (@user, @start, @last, @turns, @sessions, @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens)
        ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at), turns = turns + excluded.turns, sessions = sessions + excluded.sessions,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER), output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER)
        """;

    public const string AddSession = "INSERT INTO window_sessions (user_id, start_at, session_ref) VALUES (@user, @start, @session) ON CONFLICT DO NOTHING";

    public const string Delete = "DELETE FROM usage_windows WHERE user_id = @user AND start_at >= @from AND start_at < @before";

    public const string DeleteSessions = "DELETE FROM window_sessions WHERE user_id = @user AND start_at >= @from AND start_at < @before";

    /// <summary>One row per event (or per turn without events), in order of time, with a turn's rows together. Starts at <c>@from</c>, after the turn
    /// <c>@after</c> of that same instant.</summary>
    public const string SelectTurns = """
        SELECT t.turn_id, t.ended_at, t.session_ref, e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens
        FROM turns t
        LEFT JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
        WHERE t.user_id = @user AND t.ended_at >= @from AND (t.ended_at > @from OR t.turn_id > @after)
        ORDER BY t.ended_at, t.turn_id
        """;

    public const string SelectRecounts = "SELECT user_id, to_at, start_at, at, turn_id, cleared_at FROM window_recounts";

    /// <summary>The fields of <see cref="WindowRecount"/>.</summary>
    public const string PutRecount =
        "INSERT OR REPLACE INTO window_recounts (user_id, to_at, start_at, at, turn_id, cleared_at) VALUES (@user, @to, @start, @at, @turn, @cleared)";

    public const string DeleteRecount = "DELETE FROM window_recounts WHERE user_id = @user";
}
