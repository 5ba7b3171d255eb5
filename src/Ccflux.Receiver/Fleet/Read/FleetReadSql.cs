namespace Ccflux.Receiver.Fleet.Read;

/// <summary>SQL for what the fleet page reads in addition to the vault and the agents.</summary>
internal static class FleetReadSql
{
    /// <summary>The newest polled reading of each window of each account: rotation uses no others.</summary>
    public const string Windows = """
        SELECT f.account_id AS AccountId, w.name AS Name, w.used_milli AS UsedMilli, w.resets_at AS ResetsAt, w.observed_at AS ObservedAt, w.source AS Source
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_windows w ON w.account_id = q.account_id
        """;

    public const string Polls = """
        SELECT max(p.last_success_at) AS LastAt, min(p.next_at) AS NextAt, coalesce(sum(p.failures > 0), 0) AS Failing, count(*) AS Polled
        FROM fleet_accounts f
        JOIN quota_accounts q ON q.account_key = f.account_key AND q.owner = 0
        JOIN quota_polls p ON p.account_id = q.account_id
        """;

    public const string LastSwitch = """
        SELECT c.settled_at AS At, a.label AS Label, g.machine AS Machine, c.issued_by AS IssuedBy,
               coalesce((SELECT e.reason FROM fleet_events e
                         WHERE e.at BETWEEN c.issued_at - 60000 AND c.issued_at + 60000 AND e.agent_id = c.agent_id AND e.to_account = c.account_id
                           AND e.kind IN ('switched', 'velocity_preemptive_switch')
                         ORDER BY e.at DESC LIMIT 1), '') AS Reason
        FROM fleet_commands c
        JOIN fleet_accounts a ON a.account_id = c.account_id
        JOIN fleet_agents g ON g.agent_id = c.agent_id
        WHERE c.state = 'confirmed'
        ORDER BY c.settled_at DESC
        LIMIT 1
        """;

    public const string Pins = """
        SELECT p.scope AS Scope, p.target AS Target, coalesce(g.machine, '') AS Machine, p.account_id AS AccountId, a.label AS Label, p.mode AS Mode,
               p.created_at AS CreatedAt, p.created_by AS CreatedBy
        FROM fleet_pins p
        JOIN fleet_accounts a ON a.account_id = p.account_id
        LEFT JOIN fleet_agents g ON p.scope = 'config_dir' AND g.agent_id = p.target
        ORDER BY p.scope, p.target
        LIMIT @Limit
        """;

    /// <summary>Decisions of rotation and accesses to logins as one log, newest first. Each side is limited before they are joined.</summary>
    public const string Log = """
        SELECT * FROM (
            SELECT * FROM (
                SELECT e.at AS At, e.event_id AS Id, 'switches' AS Part, e.kind AS Kind, e.reason AS Outcome, e.figures AS Detail, '' AS Actor, NULL AS Fingerprint,
                       coalesce(f.label, '') AS FromLabel, coalesce(t.label, '') AS Label, coalesce(g.machine, '') AS Machine
                FROM fleet_events e
                LEFT JOIN fleet_accounts f ON f.account_id = e.from_account
                LEFT JOIN fleet_accounts t ON t.account_id = e.to_account
                LEFT JOIN fleet_agents g ON g.agent_id = e.agent_id
                WHERE @Part IN ('', 'switches')
                ORDER BY e.at DESC, e.event_id DESC LIMIT @Most)
            UNION ALL
            SELECT * FROM (
                SELECT u.at AS At, u.audit_id AS Id, CASE WHEN u.action IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys') THEN 'tokens' ELSE 'agents' END AS Part,
                       u.action AS Kind, u.outcome AS Outcome, u.detail AS Detail, u.actor AS Actor, u.fingerprint AS Fingerprint,
                       '' AS FromLabel, coalesce(a.label, '') AS Label, coalesce(g.machine, '') AS Machine
                FROM fleet_audit u
                LEFT JOIN fleet_accounts a ON a.account_id = u.account_id
                LEFT JOIN fleet_agents g ON g.agent_id = u.agent_id
                WHERE @Part IN ('', 'tokens', 'agents', 'refused')
                  AND (@Part <> 'tokens' OR u.action IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys'))
                  AND (@Part <> 'agents' OR u.action NOT IN ('import', 'edit', 'remove', 'refresh', 'take-back', 'bring-back', 'adopt', 'read-answer', 'rotate-keys'))
                  AND (@Part <> 'refused' OR u.outcome NOT IN ('ok', 'withdrawn'))
                ORDER BY u.at DESC, u.audit_id DESC LIMIT @Most)
            UNION ALL
            SELECT * FROM (
                SELECT r.last_at AS At, 0 AS Id, CASE WHEN r.action = 'bring-back' THEN 'tokens' ELSE 'agents' END AS Part, r.action AS Kind, r.outcome AS Outcome,
                       CASE WHEN r.times = 1 THEN r.detail WHEN r.detail = '' THEN r.times || ' times within the hour' ELSE r.times || ' times within the hour, the last: ' || r.detail END AS Detail,
                       r.actor AS Actor, r.fingerprint AS Fingerprint, '' AS FromLabel, coalesce(a.label, '') AS Label, coalesce(g.machine, '') AS Machine
                FROM fleet_refusals r
                LEFT JOIN fleet_accounts a ON a.account_id = r.account_id
                LEFT JOIN fleet_agents g ON g.agent_id = r.agent_id
                WHERE @Part IN ('', 'refused') OR (@Part = 'tokens' AND r.action = 'bring-back') OR (@Part = 'agents' AND r.action <> 'bring-back')
                ORDER BY r.last_at DESC LIMIT @Most))
        ORDER BY At DESC, Id DESC
        LIMIT @Size OFFSET @Skip
        """;
}
