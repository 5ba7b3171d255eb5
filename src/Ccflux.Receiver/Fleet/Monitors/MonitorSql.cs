namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>SQL for the checks. In the writer's statements, parameters are in order.</summary>
internal static class MonitorSql
{
    public const string Record = "SELECT state, since, failures, told_down FROM fleet_monitors WHERE name = ?";

    public const string Upsert = """
        INSERT INTO fleet_monitors (name, state, since, checked_at, took_ms, detail, failures, told_down) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since, checked_at = excluded.checked_at, took_ms = excluded.took_ms,
            detail = excluded.detail, failures = excluded.failures, told_down = excluded.told_down
        RETURNING monitor_id
        """;

    public const string Count = """
        INSERT INTO fleet_monitor_slots (monitor_id, slot_at, up, slow, down) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (monitor_id, slot_at) DO UPDATE SET up = up + excluded.up, slow = slow + excluded.slow, down = down + excluded.down
        """;

    public const string DeleteOldSlots = "DELETE FROM fleet_monitor_slots WHERE slot_at < ?";

    /// <summary>Deletes monitors that were removed from the settings.</summary>
    public const string DeleteOldMonitors = "DELETE FROM fleet_monitors WHERE checked_at < ?";

    public const string Monitors = """
        SELECT monitor_id AS MonitorId, name AS Name, state AS State, since AS Since, checked_at AS CheckedAt, took_ms AS TookMs, detail AS Detail
        FROM fleet_monitors
        """;

    public const string Slots = """
        SELECT monitor_id AS MonitorId, slot_at AS SlotAt, up AS Up, slow AS Slow, down AS Down
        FROM fleet_monitor_slots WHERE slot_at >= @since
        """;

    /// <summary>All polled accounts, of the fleet or not, and how many of their last polls failed.</summary>
    public const string Polls = "SELECT count(*) AS Polled, coalesce(sum(failures > 0), 0) AS Failing, coalesce(sum(last_attempt_at IS NULL), 0) AS Waiting FROM quota_polls";
}
