namespace Ccflux.Receiver.Fleet.Control;

/// <summary>SQL of what the admin tells rotation. In the writer's texts parameters stand in order.</summary>
internal static class ControlSql
{
    public const string Settings = "SELECT name AS Name, value AS Value FROM fleet_settings";

    public const string SaveSetting = "INSERT INTO fleet_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string DropSetting = "DELETE FROM fleet_settings WHERE name = ?";

    public const string SavePin = """
        INSERT INTO fleet_pins (scope, target, account_id, mode, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (scope, target) DO UPDATE SET account_id = excluded.account_id, mode = excluded.mode, created_at = excluded.created_at, created_by = excluded.created_by
        """;

    public const string DropPin = "DELETE FROM fleet_pins WHERE scope = ? AND target = ?";

    public const string CountPins = "SELECT count(*) FROM fleet_pins";

    public const string HasAccount = "SELECT count(*) FROM fleet_accounts WHERE account_id = ?";

    public const string HasAgent = "SELECT count(*) FROM fleet_agents WHERE agent_id = ? AND revoked_at IS NULL";
}
