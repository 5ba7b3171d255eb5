namespace Ccflux.Receiver.Usage.Tiers;

/// <summary>Statements on tiers and on the data from which they are inferred.</summary>
internal static class TierSql
{
    /// <summary>Each user's last 5-hour limit that ended a turn and named its window and reset.</summary>
    public const string SelectHits = """
        SELECT user_id, max(at) FROM limit_events
        WHERE final = 1 AND window_name = 'five_hour' AND resets_at IS NOT NULL AND at >= @from
        GROUP BY user_id
        """;

    /// <summary>The billed tokens of a user from the start of a window to an instant within it.</summary>
    public const string SelectHeld = $"""
        SELECT CAST(coalesce(sum(input_tokens + output_tokens), 0) AS bigint) FROM requests
        WHERE user_id = @user AND hour >= @from / {UnixTime.SqlHour} AND hour <= @at / {UnixTime.SqlHour} AND at <= @at AND hidden = 0
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
