namespace Ccflux.Lab.Rotation;

/// <summary>SQL that reads a recorded fortnight. The users are e-mail addresses.</summary>
internal static class RecordingSql
{
    /// <summary>Readings of polled accounts, ordered by account, window and time.</summary>
    public const string Readings = """
        SELECT q.account_id, coalesce(f.label, nullif(q.label, ''), 'account ' || q.account_id), w.name, r.observed_at, r.used_milli, r.resets_at
        FROM quota_accounts q
        JOIN quota_windows w ON w.account_id = q.account_id AND w.name IN ('five_hour', 'seven_day')
        JOIN quota_readings r ON r.window_id = w.window_id AND r.observed_at >= @from AND r.observed_at < @to
        LEFT JOIN fleet_accounts f ON f.account_key = q.account_key
        WHERE q.owner = 0
        ORDER BY q.account_id, w.name, r.observed_at
        """;

    /// <summary>Turns with their requests, and those that were refused for good. A device's key belongs to one config dir. If agents are enrolled, only
    /// turns of their machines count, because the fleet's accounts do not serve others.</summary>
    public const string Turns = """
        SELECT t.user_id, coalesce(s.device_ref, 0), t.started_at, t.ended_at,
               (SELECT count(*) FROM requests r WHERE r.user_id = t.user_id AND r.hour BETWEEN t.started_at / 3600000 AND t.ended_at / 3600000 AND r.turn_key = t.turn_key)
               + (SELECT count(*) FROM limit_events l WHERE l.user_id = t.user_id AND l.turn_key = t.turn_key AND l.final = 1)
        FROM users u
        JOIN turns t ON t.user_id = u.user_id AND t.started_at < @to AND t.ended_at >= @from AND t.ended_at < @to AND t.hidden = 0
        JOIN sessions s ON s.user_id = t.user_id AND s.session_key = t.session_key
        LEFT JOIN devices d ON d.device_ref = s.device_ref
        WHERE (@all_users = 1 OR u.email = ANY(@users))
          AND (NOT EXISTS (SELECT 1 FROM fleet_agents WHERE revoked_at IS NULL)
               OR lower(d.name) IN (SELECT lower(machine) FROM fleet_agents WHERE revoked_at IS NULL))
        ORDER BY t.user_id, s.device_ref NULLS FIRST
        """;
}
