namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>SQL for the checks.</summary>
internal static class MonitorSql
{
    public const string Record = "SELECT state, since, failures, told_down FROM fleet_monitors WHERE name = @name";

    public const string Upsert = """
        INSERT INTO fleet_monitors (name, state, since, checked_at, took_ms, detail, failures, told_down)
        VALUES (@name, @state, @since, @checked_at, @took_ms, @detail, @failures, @told_down)
        ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since, checked_at = excluded.checked_at, took_ms = excluded.took_ms,
            detail = excluded.detail, failures = excluded.failures, told_down = excluded.told_down
        RETURNING monitor_id
        """;

    public const string Count = """
        INSERT INTO fleet_monitor_slots (monitor_id, slot_at, up, slow, down) VALUES (@monitor, @slot_at, @up, @slow, @down)
        ON CONFLICT (monitor_id, slot_at) DO UPDATE SET
            up = fleet_monitor_slots.up + excluded.up, slow = fleet_monitor_slots.slow + excluded.slow, down = fleet_monitor_slots.down + excluded.down
        """;

    public const string DeleteOldSlots = "DELETE FROM fleet_monitor_slots WHERE slot_at < @before";

    /// <summary>Deletes monitors that were removed from the settings.</summary>
    public const string DeleteOldMonitors = "DELETE FROM fleet_monitors WHERE checked_at < @before";

    public const string Monitors = "SELECT monitor_id, name, state, since, checked_at, took_ms, detail FROM fleet_monitors";

    public const string Slots = "SELECT monitor_id, slot_at, up, slow, down FROM fleet_monitor_slots WHERE slot_at >= @since";

    /// <summary>All polled accounts, of the fleet or not: how many they are, how many of their last polls failed, and how many were never polled.</summary>
    public const string Polls = "SELECT count(*), count(*) FILTER (WHERE failures > 0), count(*) FILTER (WHERE last_attempt_at IS NULL) FROM quota_polls";
}
