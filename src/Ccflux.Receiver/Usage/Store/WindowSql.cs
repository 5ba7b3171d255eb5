namespace Ccflux.Receiver.Usage.Store;

/// <summary>Statements on 5-hour windows.</summary>
internal static class WindowSql
{
    /// <summary>Parameters: user, instant.</summary>
    public const string SelectLatestStart = "SELECT max(start_at) FROM usage_windows WHERE user_id = ? AND start_at <= ?";

    /// <summary>Parameters: user, instant.</summary>
    public const string SelectNextStart = "SELECT min(start_at) FROM usage_windows WHERE user_id = ? AND start_at > ?";

    /// <summary>Parameters: user, start.</summary>
    public const string Exists = "SELECT 1 FROM usage_windows WHERE user_id = ? AND start_at = ?";

    /// <summary>Parameters: user, start, last, turns, sessions, four token counts.</summary>
    public const string Add = """
        INSERT INTO usage_windows (user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at), turns = turns + excluded.turns, sessions = sessions + excluded.sessions,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER), output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER)
        """;

    /// <summary>Parameters: user, start, session.</summary>
    public const string AddSession = "INSERT INTO window_sessions (user_id, start_at, session_ref) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";

    /// <summary>Parameters: user, from, before.</summary>
    public const string Delete = "DELETE FROM usage_windows WHERE user_id = ? AND start_at >= ? AND start_at < ?";

    /// <summary>Parameters: user, from, before.</summary>
    public const string DeleteSessions = "DELETE FROM window_sessions WHERE user_id = ? AND start_at >= ? AND start_at < ?";

    /// <summary>One row per event (or per turn without events), in order of time, with a turn's rows together. Parameters: user, from, and the turn
    /// of that same instant after which to start.</summary>
    public const string SelectTurns = """
        SELECT t.turn_id, t.ended_at, t.session_ref, e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens
        FROM turns t
        LEFT JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
        WHERE t.user_id = ?1 AND t.ended_at >= ?2 AND (t.ended_at > ?2 OR t.turn_id > ?3)
        ORDER BY t.ended_at, t.turn_id
        """;

    public const string SelectRecounts = "SELECT user_id, to_at, start_at, at, turn_id, cleared_at FROM window_recounts";

    /// <summary>Parameters: user, then the fields of <see cref="WindowRecount"/>.</summary>
    public const string PutRecount = "INSERT OR REPLACE INTO window_recounts (user_id, to_at, start_at, at, turn_id, cleared_at) VALUES (?, ?, ?, ?, ?, ?)";

    public const string DeleteRecount = "DELETE FROM window_recounts WHERE user_id = ?";
}
