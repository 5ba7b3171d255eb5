namespace Ccflux.Receiver.Usage.Store;

/// <summary>Statements on turns of both schemas in one session.</summary>
internal static class SupersedeSql
{
    public const string HasSchema = "SELECT 1 FROM turns WHERE user_id = @user AND session_ref = @session AND schema_version = @schema LIMIT 1";

    public const string SelectLegacy = "SELECT turn_index, ended_at FROM turns WHERE user_id = @user AND session_ref = @session AND schema_version = 1";

    /// <summary>The turn that a report of this time belongs to.</summary>
    public const string SelectOwner = """
        SELECT t.ended_at, EXISTS (SELECT 1 FROM turns n
                                   WHERE n.user_id = t.user_id AND n.session_ref = t.session_ref AND n.schema_version = 2 AND n.turn_index = t.turn_index + 1)
        FROM turns t
        WHERE t.user_id = @user AND t.session_ref = @session AND t.schema_version = 2 AND t.started_at <= @until
        ORDER BY t.started_at DESC, t.turn_index DESC
        LIMIT 1
        """;
}
