namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Statements that find and remove usage past its retention.</summary>
internal static class UsageRetentionSql
{
    /// <summary>Parameter: instant.</summary>
    public const string SelectUsers = "SELECT user_id FROM user_totals WHERE first_at < @Before";

    public const string SelectUser = "SELECT user_id FROM users WHERE email = ?";

    /// <summary>Parameters: user, instant, how many.</summary>
    public const string SelectTurns = """
        SELECT turn_id, session_ref, schema_version, turn_index FROM turns
        WHERE user_id = ? AND ended_at < ? ORDER BY ended_at LIMIT ?
        """;

    /// <summary>Parameters: user, instant.</summary>
    public const string DeleteLimitEvents = "DELETE FROM limit_events WHERE user_id = ? AND at < ?";

    /// <summary>Parameter: day.</summary>
    public const string DeleteCaps = "DELETE FROM user_caps WHERE day < ?";
}
