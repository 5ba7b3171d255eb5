namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for what rotation reads and stores. Quota's readings count only if this receiver polled them: a user's status line can report anything.</summary>
internal static class RotationSql
{
    public const string Windows = """
        SELECT f.account_id AS AccountId, w.window_id AS WindowId, w.name AS Name, w.used_milli AS UsedMilli, w.resets_at AS ResetsAt, w.observed_at AS ObservedAt
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id
        """;

    public const string Samples = """
        SELECT r.window_id AS WindowId, r.observed_at AS ObservedAt, r.used_milli AS UsedMilli
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id AND w.name IN ('five_hour', 'seven_day')
        JOIN quota_readings r ON r.window_id = w.window_id AND r.observed_at >= @Since
        ORDER BY r.window_id, r.observed_at
        """;

    public const string Pins = """
        SELECT scope AS Scope, target AS Target, account_id AS AccountId, mode AS Mode, created_at AS CreatedAt, created_by AS CreatedBy
        FROM fleet_pins ORDER BY scope, target LIMIT @Limit
        """;

    public const string CountPins = "SELECT count(*) FROM fleet_pins";

    public const string SetPin = """
        INSERT INTO fleet_pins (scope, target, account_id, mode, created_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (scope, target) DO UPDATE SET account_id = excluded.account_id, mode = excluded.mode, created_at = excluded.created_at, created_by = excluded.created_by
        """;

    public const string RemovePin = "DELETE FROM fleet_pins WHERE scope = ?1 AND target = ?2";

    public const string HasAccount = "SELECT count(*) FROM fleet_accounts WHERE account_id = ?1";

    public const string HasAgent = "SELECT count(*) FROM fleet_agents WHERE agent_id = ?1 AND revoked_at IS NULL";

    public const string Settings = "SELECT name AS Name, value AS Value FROM fleet_settings WHERE name LIKE 'rotation.%'";

    public const string Set = "INSERT INTO fleet_settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string Unset = "DELETE FROM fleet_settings WHERE name = ?1";

    public const string InsertEvent = """
        INSERT INTO fleet_events (at, kind, agent_id, from_account, to_account, reason, figures) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """;

    public const string PruneEvents = "DELETE FROM fleet_events WHERE event_id <= (SELECT max(event_id) FROM fleet_events) - ?1";

    public const string Events = """
        SELECT event_id AS EventId, at AS At, kind AS Kind, agent_id AS AgentId, from_account AS FromAccount, to_account AS ToAccount, reason AS Reason, figures AS Figures
        FROM fleet_events
        WHERE (@Kind IS NULL OR kind = @Kind) AND (@AgentId IS NULL OR agent_id = @AgentId)
          AND (@AccountId IS NULL OR from_account = @AccountId OR to_account = @AccountId) AND (@Before IS NULL OR event_id < @Before)
        ORDER BY event_id DESC LIMIT @Limit
        """;
}
