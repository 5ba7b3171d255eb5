namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for limit hits of sessions.</summary>
internal static class LimitSql
{
    public const string Select = """SELECT account_id, "window", at, resets_at FROM fleet_limits WHERE resets_at > @now""";

    public const string Prune = "DELETE FROM fleet_limits WHERE resets_at <= @now";

    /// <summary>Hits of a window that are known and not over.</summary>
    public const string Count = """SELECT count(*) FROM fleet_limits WHERE account_id = @account AND "window" = @window AND resets_at > @now""";

    public const string Put = """
        INSERT INTO fleet_limits (account_id, "window", at, resets_at) VALUES (@account, @window, @at, @resets_at)
        ON CONFLICT (account_id, "window") DO UPDATE SET at = excluded.at, resets_at = excluded.resets_at WHERE excluded.at > fleet_limits.at
        """;

    /// <summary>When a window ends, according to this receiver's last poll.</summary>
    public const string ReadReset = """
        SELECT w.resets_at
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id
        WHERE f.account_id = @account AND w.name = @window
        """;
}
