namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL of the record of accesses to credentials.</summary>
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

    /// <summary>Parameters: instant, how many rows may stay.</summary>
    public const string Prune = """
        DELETE FROM fleet_audit WHERE at < ?1 OR audit_id <= (SELECT max(audit_id) FROM fleet_audit) - ?2
        """;
}
