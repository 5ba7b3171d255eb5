namespace Ccflux.Receiver.Fleet.Read;

/// <summary>SQL for what the fleet page reads in addition to the vault and the agents.</summary>
internal static class FleetReadSql
{
    /// <summary>The newest polled reading of each window of each account: rotation uses no others.</summary>
    public const string Windows = """
        SELECT f.account_id, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id
        """;

    /// <summary>Columns: the last answer, the next poll, how many last polls failed, how many accounts are polled.</summary>
    public const string Polls = """
        SELECT max(p.last_success_at), min(p.next_at), count(*) FILTER (WHERE p.failures > 0), count(*)
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_polls p ON p.account_id = q.account_id
        """;

    /// <summary>Columns: when, account, machine, by whom, the switcher's reason.</summary>
    public const string LastSwitch = """
        SELECT c.settled_at, a.label, g.machine, c.issued_by,
               coalesce((SELECT e.reason FROM fleet_events e
                         WHERE e.at BETWEEN c.issued_at - 60000 AND c.issued_at + 60000 AND e.agent_id = c.agent_id AND e.to_account = c.account_id
                           AND e.kind IN ('switched', 'velocity_preemptive_switch')
                         ORDER BY e.at DESC LIMIT 1), '')
        FROM fleet_commands c
        JOIN fleet_accounts a ON a.account_id = c.account_id
        JOIN fleet_agents g ON g.agent_id = c.agent_id
        WHERE c.state = 'confirmed'
        ORDER BY c.settled_at DESC NULLS LAST
        LIMIT 1
        """;

    /// <summary>Columns: scope, target, the target's machine, the account's label, mode, when, by whom.</summary>
    public const string Pins = """
        SELECT p.scope, p.target, coalesce(g.machine, ''), a.label, p.mode, p.created_at, p.created_by
        FROM fleet_pins p
        JOIN fleet_accounts a ON a.account_id = p.account_id
        LEFT JOIN fleet_agents g ON p.scope = 'config_dir' AND g.agent_id = p.target
        ORDER BY p.scope, p.target
        LIMIT @limit
        """;

    /// <summary>Decisions of rotation and accesses to logins as one log, newest first. Each side is limited before they are joined, to <c>@most</c> rows.</summary>
    public const string Log = """
        SELECT * FROM (
            SELECT * FROM (
                SELECT e.at AS at, e.event_id AS id, 'switches' AS part, e.kind AS kind, e.reason AS outcome, e.figures AS detail, '' AS actor, NULL AS fingerprint,
                       coalesce(f.label, '') AS from_label, coalesce(t.label, '') AS label, coalesce(g.machine, '') AS machine
                FROM fleet_events e
                LEFT JOIN fleet_accounts f ON f.account_id = e.from_account
                LEFT JOIN fleet_accounts t ON t.account_id = e.to_account
                LEFT JOIN fleet_agents g ON g.agent_id = e.agent_id
                WHERE @part IN ('', 'switches')
                ORDER BY e.at DESC, e.event_id DESC LIMIT @most) AS switches
            UNION ALL
            SELECT * FROM (
                SELECT u.at AS at, u.audit_id AS id, CASE WHEN u.action IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys') THEN 'tokens' ELSE 'agents' END AS part,
                       u.action AS kind, u.outcome AS outcome, u.detail AS detail, u.actor AS actor, u.fingerprint AS fingerprint,
                       '' AS from_label, coalesce(a.label, '') AS label, coalesce(g.machine, '') AS machine
                FROM fleet_audit u
                LEFT JOIN fleet_accounts a ON a.account_id = u.account_id
                LEFT JOIN fleet_agents g ON g.agent_id = u.agent_id
                WHERE @part IN ('', 'tokens', 'agents', 'refused')
                  AND (@part <> 'tokens' OR u.action IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys'))
                  AND (@part <> 'agents' OR u.action NOT IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys'))
                  AND (@part <> 'refused' OR u.outcome NOT IN ('ok', 'withdrawn'))
                ORDER BY u.at DESC, u.audit_id DESC LIMIT @most) AS accesses
            UNION ALL
            SELECT * FROM (
                SELECT r.last_at AS at, 0 AS id, CASE WHEN r.action = 'bring-back' THEN 'tokens' ELSE 'agents' END AS part, r.action AS kind, r.outcome AS outcome,
                       CASE WHEN r.times = 1 THEN r.detail WHEN r.detail = '' THEN r.times || ' times within the hour' ELSE r.times || ' times within the hour, the last: ' || r.detail END AS detail,
                       r.actor AS actor, r.fingerprint AS fingerprint, '' AS from_label, coalesce(a.label, '') AS label, coalesce(g.machine, '') AS machine
                FROM fleet_refusals r
                LEFT JOIN fleet_accounts a ON a.account_id = r.account_id
                LEFT JOIN fleet_agents g ON g.agent_id = r.agent_id
                WHERE @part IN ('', 'refused') OR (@part = 'tokens' AND r.action = 'bring-back') OR (@part = 'agents' AND r.action <> 'bring-back')
                ORDER BY r.last_at DESC LIMIT @most) AS refusals) AS lines
        ORDER BY at DESC, id DESC
        LIMIT @size OFFSET @skip
        """;
}
