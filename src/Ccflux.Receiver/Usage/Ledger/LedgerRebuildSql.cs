namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements that make one user's sums again from the facts.</summary>
internal static class LedgerRebuildSql
{
    public const string DeleteHours = "DELETE FROM usage_hours WHERE user_id = @user";

    public const string DeleteUserHours = "DELETE FROM user_hours WHERE user_id = @user";

    public const string DeleteSessionHours = "DELETE FROM session_hours WHERE user_id = @user";

    public const string DeleteDays = "DELETE FROM usage_days WHERE user_id = @user";

    public const string DeleteUserDays = "DELETE FROM user_days WHERE user_id = @user";

    public const string DeleteSessionDays = "DELETE FROM session_days WHERE user_id = @user";

    public const string DeleteEventDays = "DELETE FROM event_days WHERE user_id = @user";

    public const string DeleteTotals = "DELETE FROM usage_totals WHERE user_id = @user";

    public const string DeleteEventTotals = "DELETE FROM event_totals WHERE user_id = @user";

    public const string DeleteUserTotals = "DELETE FROM user_totals WHERE user_id = @user";

    /// <summary>Where each turn's usage of a model was first reported from: the rows are counted again, and this cannot be.</summary>
    public const string SelectEvents = """
        SELECT turn_key, model_id, min(received_at), min(device_ref), min(plugin_version) FROM turn_models WHERE user_id = @user GROUP BY turn_key, model_id
        """;

    /// <summary>Events keep their numbers.</summary>
    public const string EmptyEvents = """
        UPDATE turn_models SET requests = 0, input_tokens = 0, output_tokens = 0, cache_read_tokens = 0, cache_write_5m_tokens = 0, cache_write_1h_tokens = 0, web_searches = 0
        WHERE user_id = @user
        """;

    public const string DeleteEmptyEvents = $"DELETE FROM turn_models WHERE user_id = @user AND {LedgerRollupSql.IsUnused}";

    /// <summary>Events that were there already were not counted as new.</summary>
    public const string InsertEventDays = """
        INSERT INTO event_days (day, user_id, model_id, events) SELECT day, user_id, model_id, count(*) FROM turn_models WHERE user_id = @user GROUP BY day, user_id, model_id
        """;

    public const string InsertEventTotals = """
        INSERT INTO event_totals (user_id, model_id, events) SELECT user_id, model_id, count(*) FROM turn_models WHERE user_id = @user GROUP BY user_id, model_id
        """;

    public const string EmptySessions = """
        UPDATE sessions SET first_at = NULL, last_at = NULL, facts = 0, requests = 0, input_tokens = 0, output_tokens = 0, cache_read_tokens = 0, cache_write_tokens = 0
        WHERE user_id = @user
        """;

    public const string SelectRequests = "SELECT request_key, subject_id FROM requests WHERE user_id = @user AND hidden = 0";

    public const string SelectTurns = "SELECT turn_key FROM turns WHERE user_id = @user AND hidden = 0";

    public const string SelectZone = "SELECT time_zone FROM store";

    public const string PutZone = "UPDATE store SET time_zone = @zone";
}
