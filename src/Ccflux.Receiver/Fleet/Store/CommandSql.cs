namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for commands to agents.</summary>
internal static class CommandSql
{
    /// <summary>Parameter: now in milliseconds. Ids grow with time, so that they keep growing after an older backup is restored.</summary>
    public const string NextId = "SELECT max(coalesce((SELECT max(command_id) FROM fleet_commands), 0) + 1, ?)";

    /// <summary>Inserts no row if a command to the agent is open: an index allows at most one.</summary>
    public const string Insert = """
        INSERT INTO fleet_commands (command_id, agent_id, account_id, kind, whole, fingerprint, replaces, sealed, signature, state, issued_by, issued_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'issued', ?, ?, ?)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Parameter: command.</summary>
    public const string Delete = "DELETE FROM fleet_commands WHERE command_id = ?";

    /// <summary>Parameter: agent.</summary>
    public const string CountOpen = "SELECT count(*) FROM fleet_commands WHERE agent_id = ? AND state IN ('issued', 'delivered')";

    /// <summary>Parameter: agent.</summary>
    public const string SelectOpen = """
        SELECT command_id, account_id, kind, whole, fingerprint, replaces, sealed, state, issued_at, expires_at, signature
        FROM fleet_commands WHERE agent_id = ? AND state IN ('issued', 'delivered') ORDER BY command_id
        """;

    /// <summary>Agents with commands that are not settled.</summary>
    public const string Waiting = "SELECT DISTINCT agent_id AS AgentId FROM fleet_commands WHERE state IN ('issued', 'delivered')";

    /// <summary>Parameters: now, command.</summary>
    public const string Deliver = "UPDATE fleet_commands SET state = 'delivered', delivered_at = ? WHERE command_id = ? AND state = 'issued'";

    /// <summary>Parameters: state, reason, now, command.</summary>
    public const string Settle = "UPDATE fleet_commands SET state = ?, reason = ?, settled_at = ?, sealed = NULL WHERE command_id = ? AND state IN ('issued', 'delivered')";

    /// <summary>Agents with commands that were never sent and have expired. Parameter: now.</summary>
    public const string Undelivered = "SELECT DISTINCT agent_id FROM fleet_commands WHERE state = 'issued' AND expires_at <= ?";

    /// <summary>Returns to the vault a login that an agent did not put in place. Parameters: now, account, agent, fingerprint.</summary>
    public const string TakeBack = """
        UPDATE fleet_accounts SET holder = 'vault', holder_agent = NULL, held_since = ?, revision = revision + 1
        WHERE account_id = ? AND holder = 'agent' AND holder_agent = ? AND fingerprint = ?
        """;

    /// <summary>Parameters: account, fingerprint, agent, now.</summary>
    public const string SetApplied = """
        UPDATE fleet_agents
        SET account_since = CASE WHEN account_id IS ?1 THEN account_since ELSE ?4 END, account_id = ?1, applied = ?2
        WHERE agent_id = ?3
        """;

    /// <summary>Parameter: settled before.</summary>
    public const string Prune = "DELETE FROM fleet_commands WHERE settled_at < ?";
}
