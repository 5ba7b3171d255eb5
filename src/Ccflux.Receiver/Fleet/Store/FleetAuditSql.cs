namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for the record of accesses to credentials.</summary>
internal static class FleetAuditSql
{
    public const string Insert = """
        INSERT INTO fleet_audit (at, actor, address, action, account_id, agent_id, fingerprint, outcome, detail)
        VALUES (@at, @actor, @address, @action, @account, @agent, @fingerprint, @outcome, @detail)
        """;

    public const string LabelOf = "SELECT label FROM fleet_accounts WHERE account_id = @account";

    public const string MachineOf = "SELECT machine FROM fleet_agents WHERE agent_id = @agent";

    public const string Read = """
        SELECT f.audit_id, f.at, f.actor, f.address, f.action, f.account_id, coalesce(a.label, ''), f.agent_id, coalesce(g.machine, ''), f.fingerprint, f.outcome, f.detail
        FROM fleet_audit f
        LEFT JOIN fleet_accounts a ON a.account_id = f.account_id
        LEFT JOIN fleet_agents g ON g.agent_id = f.agent_id
        WHERE f.audit_id < @before
        ORDER BY f.audit_id DESC
        LIMIT @limit
        """;

    public const string PruneOld = "DELETE FROM fleet_audit WHERE at < @before";

    /// <summary>Deletes surplus rows that are not from agents.</summary>
    public const string PruneOthers = """
        DELETE FROM fleet_audit
        WHERE actor <> 'agent' AND audit_id <= (SELECT audit_id FROM fleet_audit WHERE actor <> 'agent' ORDER BY audit_id DESC LIMIT 1 OFFSET @keep)
        """;

    /// <summary><c>@keep</c> is the number of rows per agent and action.</summary>
    public const string PruneEachAgent = """
        DELETE FROM fleet_audit
        WHERE audit_id IN (SELECT audit_id
                           FROM (SELECT audit_id, row_number() OVER (PARTITION BY agent_id, action ORDER BY audit_id DESC) AS place
                                 FROM fleet_audit WHERE actor = 'agent') AS numbered
                           WHERE place > @keep)
        """;

    /// <summary><c>@keep</c> is the number of rows for all agents.</summary>
    public const string PruneAgents = """
        DELETE FROM fleet_audit
        WHERE actor = 'agent' AND audit_id <= (SELECT audit_id FROM fleet_audit WHERE actor = 'agent' ORDER BY audit_id DESC LIMIT 1 OFFSET @keep)
        """;

    public const string HasRefusal = """
        SELECT 1 FROM fleet_refusals
        WHERE hour = @hour AND address = @address AND action = @action AND outcome = @outcome AND agent_id = @agent AND account_id = @account
        """;

    public const string CountRefusals = "SELECT count(*) FROM fleet_refusals WHERE hour = @hour";

    public const string PutRefusal = """
        INSERT INTO fleet_refusals (hour, address, action, outcome, agent_id, account_id, actor, fingerprint, detail, times, last_at)
        VALUES (@hour, @address, @action, @outcome, @agent, @account, @actor, @fingerprint, @detail, @times, @at)
        ON CONFLICT (hour, address, action, outcome, agent_id, account_id) DO UPDATE SET
            actor = excluded.actor, fingerprint = excluded.fingerprint, detail = excluded.detail, times = fleet_refusals.times + excluded.times, last_at = excluded.last_at
        """;

    public const string ReadRefusals = """
        SELECT r.last_at, r.actor, r.address, r.action, nullif(r.account_id, 0), coalesce(a.label, ''), nullif(r.agent_id, ''), coalesce(g.machine, ''), r.fingerprint,
               r.outcome, r.detail, r.times
        FROM fleet_refusals r
        LEFT JOIN fleet_accounts a ON a.account_id = r.account_id
        LEFT JOIN fleet_agents g ON g.agent_id = r.agent_id
        ORDER BY r.last_at DESC
        LIMIT @limit
        """;

    public const string PruneRefusals = """
        DELETE FROM fleet_refusals
        WHERE last_at < @before OR last_at <= (SELECT last_at FROM fleet_refusals ORDER BY last_at DESC LIMIT 1 OFFSET @keep)
        """;
}
