namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for what rotation reads and stores. Quota's readings count only if this receiver polled them: a user's status line can report anything.</summary>
internal static class RotationSql
{
    public const string Windows = """
        SELECT f.account_id, w.window_id, w.name, w.used_milli, w.resets_at, w.observed_at
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id
        """;

    public const string Samples = """
        SELECT r.window_id, r.observed_at, r.used_milli
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id AND w.name IN ('five_hour', 'seven_day')
        JOIN quota_readings r ON r.window_id = w.window_id AND r.observed_at >= @since
        ORDER BY r.window_id, r.observed_at
        """;

    public const string Pins = "SELECT scope, target, account_id, mode, created_at, created_by FROM fleet_pins ORDER BY scope, target LIMIT @limit";

    public const string CountPins = "SELECT count(*) FROM fleet_pins";

    public const string SetPin = """
        INSERT INTO fleet_pins (scope, target, account_id, mode, created_at, created_by) VALUES (@scope, @target, @account, @mode, @now, @created_by)
        ON CONFLICT (scope, target) DO UPDATE SET account_id = excluded.account_id, mode = excluded.mode, created_at = excluded.created_at, created_by = excluded.created_by
        """;

    public const string RemovePin = "DELETE FROM fleet_pins WHERE scope = @scope AND target = @target";

    public const string HasAccount = "SELECT count(*) FROM fleet_accounts WHERE account_id = @account";

    public const string HasAgent = "SELECT count(*) FROM fleet_agents WHERE agent_id = @agent AND revoked_at IS NULL";

    public const string Settings = "SELECT name, value FROM fleet_settings WHERE name LIKE 'rotation.%'";

    public const string Set = "INSERT INTO fleet_settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string Unset = "DELETE FROM fleet_settings WHERE name = @name";

    public const string InsertEvent = """
        INSERT INTO fleet_events (at, kind, agent_id, from_account, to_account, reason, figures)
        VALUES (@at, @kind, @agent, @from_account, @to_account, @reason, @figures)
        """;

    public const string PruneEvents = "DELETE FROM fleet_events WHERE event_id <= (SELECT max(event_id) FROM fleet_events) - @keep";

    public const string Events = """
        SELECT event_id, at, kind, agent_id, from_account, to_account, reason, figures
        FROM fleet_events
        WHERE (CAST(@kind AS text) IS NULL OR kind = @kind) AND (CAST(@agent AS text) IS NULL OR agent_id = @agent)
          AND (CAST(@account AS bigint) IS NULL OR from_account = @account OR to_account = @account) AND (CAST(@before AS bigint) IS NULL OR event_id < @before)
        ORDER BY event_id DESC LIMIT @limit
        """;
}
