namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for the record of accesses to credentials.</summary>
internal static class FleetAuditSql
{
    public const string Insert = """
        INSERT INTO fleet_audit (at, actor, address, action, account_id, agent_id, fingerprint, outcome, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    public const string LabelOf = "SELECT label FROM fleet_accounts WHERE account_id = ?";

    public const string MachineOf = "SELECT machine FROM fleet_agents WHERE agent_id = ?";

    public const string Read = """
        SELECT f.audit_id AS Id, f.at AS At, f.actor AS Actor, f.address AS Address, f.action AS Action, f.account_id AS AccountId,
               coalesce(a.label, '') AS Account, f.agent_id AS AgentId, coalesce(g.machine, '') AS Machine,
               f.fingerprint AS Fingerprint, f.outcome AS Outcome, f.detail AS Detail
        FROM fleet_audit f
        LEFT JOIN fleet_accounts a ON a.account_id = f.account_id
        LEFT JOIN fleet_agents g ON g.agent_id = f.agent_id
        WHERE f.audit_id < @Before
        ORDER BY f.audit_id DESC
        LIMIT @Limit
        """;

    /// <summary>Parameter: instant.</summary>
    public const string PruneOld = "DELETE FROM fleet_audit WHERE at < ?";

    /// <summary>Deletes surplus rows that are not from agents. Parameter: the number of rows to keep.</summary>
    public const string PruneOthers = """
        DELETE FROM fleet_audit
        WHERE actor <> 'agent' AND audit_id <= (SELECT audit_id FROM fleet_audit WHERE actor <> 'agent' ORDER BY audit_id DESC LIMIT 1 OFFSET ?)
        """;

    /// <summary>Parameter: the number of rows to keep per agent and action.</summary>
    public const string PruneEachAgent = """
        DELETE FROM fleet_audit
        WHERE audit_id IN (SELECT audit_id
                           FROM (SELECT audit_id, row_number() OVER (PARTITION BY agent_id, action ORDER BY audit_id DESC) AS place FROM fleet_audit WHERE actor = 'agent')
                           WHERE place > ?)
        """;

    /// <summary>Parameter: the number of rows to keep for all agents.</summary>
    public const string PruneAgents = """
        DELETE FROM fleet_audit
        WHERE actor = 'agent' AND audit_id <= (SELECT audit_id FROM fleet_audit WHERE actor = 'agent' ORDER BY audit_id DESC LIMIT 1 OFFSET ?)
        """;

    /// <summary>Parameters: hour, IP address, action, outcome, agent, account.</summary>
    public const string HasRefusal = """
        SELECT 1 FROM fleet_refusals WHERE hour = ? AND address = ? AND action = ? AND outcome = ? AND agent_id = ? AND account_id = ?
        """;

    public const string CountRefusals = "SELECT count(*) FROM fleet_refusals WHERE hour = ?";

    /// <summary>Parameters: hour, IP address, action, outcome, agent, account, actor, fingerprint, detail, times, now.</summary>
    public const string PutRefusal = """
        INSERT INTO fleet_refusals (hour, address, action, outcome, agent_id, account_id, actor, fingerprint, detail, times, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (hour, address, action, outcome, agent_id, account_id) DO UPDATE SET
            actor = excluded.actor, fingerprint = excluded.fingerprint, detail = excluded.detail, times = times + excluded.times, last_at = excluded.last_at
        """;

    public const string ReadRefusals = """
        SELECT r.last_at AS At, r.actor AS Actor, r.address AS Address, r.action AS Action, nullif(r.account_id, 0) AS AccountId, coalesce(a.label, '') AS Account,
               nullif(r.agent_id, '') AS AgentId, coalesce(g.machine, '') AS Machine, r.fingerprint AS Fingerprint, r.outcome AS Outcome, r.detail AS Detail, r.times AS Times
        FROM fleet_refusals r
        LEFT JOIN fleet_accounts a ON a.account_id = r.account_id
        LEFT JOIN fleet_agents g ON g.agent_id = r.agent_id
        ORDER BY r.last_at DESC
        LIMIT @Limit
        """;

    /// <summary>Parameters: instant, the number of rows to keep.</summary>
    public const string PruneRefusals = """
        DELETE FROM fleet_refusals
        WHERE last_at < ?1 OR last_at <= (SELECT last_at FROM fleet_refusals ORDER BY last_at DESC LIMIT 1 OFFSET ?2)
        """;
}
