namespace Ccflux.Receiver.Usage.Store.Tiers;

/// <summary>Statements on tiers and on the data from which they are inferred.</summary>
internal static class TierSql
{
    /// <summary>Completed windows: five hours have passed since their start or since their last event.</summary>
    public const string SelectPeaks = $"""
        SELECT user_id, start_at, CAST(input_tokens + output_tokens AS INTEGER)
        FROM usage_windows
        WHERE start_at >= @from AND (start_at <= @now - {WindowRule.SqlLength} OR last_at <= @now - {WindowRule.SqlLength}) AND input_tokens + output_tokens > 0
        """;

    /// <summary>Each user's last 5-hour limit that ended a turn and named its window and reset.</summary>
    public const string SelectHits = """
        SELECT l.user_id, max(l.at)
        FROM limit_events l
        WHERE l.final = 1 AND l.window = 'five_hour' AND l.resets_at IS NOT NULL AND l.at >= @from
        GROUP BY l.user_id
        """;

    /// <summary>The billed tokens, by the time of the hit, of the window that contains it.</summary>
    public const string SelectHeld = $"""
        SELECT CAST(total(e.input_tokens + e.output_tokens) AS INTEGER)
        FROM turns t
        JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
        WHERE t.user_id = @user AND t.ended_at <= @at
          AND t.ended_at >= (SELECT max(w.start_at) FROM usage_windows w WHERE w.user_id = @user AND w.start_at <= @at AND w.start_at > @at - {WindowRule.SqlLength})
        """;

    public const string SelectTiers = "SELECT user_id, label, peak_tokens, method, window_count, limit_hit_at FROM tiers";

    public const string Put = """
        INSERT INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at, limit_hit_at)
        VALUES (@user, @label, @peak_tokens, @method, @window_count, @now, @limit_hit_at)
        ON CONFLICT (user_id) DO UPDATE SET label = excluded.label, peak_tokens = excluded.peak_tokens, method = excluded.method,
            window_count = excluded.window_count, updated_at = excluded.updated_at, limit_hit_at = excluded.limit_hit_at
        """;

    public const string Delete = "DELETE FROM tiers WHERE user_id = @user";
}
