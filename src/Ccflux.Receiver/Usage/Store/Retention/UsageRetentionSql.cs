namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Statements that find and remove usage past its retention.</summary>
internal static class UsageRetentionSql
{
    public const string SelectUsers = "SELECT user_id FROM user_totals WHERE first_at < @before";

    public const string SelectUser = "SELECT user_id FROM users WHERE email = @email";

    public const string SelectTurns = """
        SELECT turn_id, session_ref, schema_version, turn_index FROM turns
        WHERE user_id = @user AND ended_at < @before ORDER BY ended_at LIMIT @limit
        """;

    public const string DeleteLimitEvents = "DELETE FROM limit_events WHERE user_id = @user AND at < @before";

    public const string DeleteCaps = "DELETE FROM user_caps WHERE day < @before";
}
