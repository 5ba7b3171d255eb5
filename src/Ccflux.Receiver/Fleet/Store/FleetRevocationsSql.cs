namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL that keeps the fleet's revocations when a backup is restored; <c>former</c> is the database that the backup replaces.</summary>
internal static class FleetRevocationsSql
{
    /// <summary>Agents that were revoked or got other keys since the backup: the keys in the backup are no longer valid.</summary>
    public const string SelectAgents = """
        SELECT a.machine || ' ' || a.agent_id FROM main.fleet_agents a JOIN former.fleet_agents f ON f.agent_id = a.agent_id
        WHERE a.revoked_at IS NULL AND (f.revoked_at IS NOT NULL OR f.signing_key <> a.signing_key)
        """;

    public const string RevokeAgents = """
        UPDATE main.fleet_agents SET revoked_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000
        WHERE revoked_at IS NULL AND EXISTS (
            SELECT 1 FROM former.fleet_agents f
            WHERE f.agent_id = fleet_agents.agent_id AND (f.revoked_at IS NOT NULL OR f.signing_key <> fleet_agents.signing_key))
        """;

    public const string SelectUnknownAgents = """
        SELECT machine || ' ' || agent_id FROM main.fleet_agents
        WHERE revoked_at IS NULL AND agent_id NOT IN (SELECT agent_id FROM former.fleet_agents)
        """;

    public const string SelectGrants = """
        SELECT a.machine || ' ' || x.label
        FROM main.fleet_grants g JOIN main.fleet_agents a ON a.agent_id = g.agent_id JOIN main.fleet_accounts x ON x.account_id = g.account_id
        WHERE EXISTS (SELECT 1 FROM former.fleet_agents f WHERE f.agent_id = g.agent_id)
          AND NOT EXISTS (
            SELECT 1 FROM former.fleet_grants fg JOIN former.fleet_accounts fx ON fx.account_id = fg.account_id
            WHERE fg.agent_id = g.agent_id AND fx.account_key = x.account_key)
        """;

    public const string RevokeGrants = """
        DELETE FROM main.fleet_grants
        WHERE EXISTS (SELECT 1 FROM former.fleet_agents f WHERE f.agent_id = fleet_grants.agent_id)
          AND NOT EXISTS (
            SELECT 1 FROM former.fleet_grants fg JOIN former.fleet_accounts fx ON fx.account_id = fg.account_id
            JOIN main.fleet_accounts x ON x.account_key = fx.account_key
            WHERE fg.agent_id = fleet_grants.agent_id AND x.account_id = fleet_grants.account_id)
        """;

    /// <summary>A code is valid for an hour: those in a backup are spent, and all of them end.</summary>
    public const string SelectCodes = "SELECT machine FROM main.fleet_codes WHERE used_at IS NULL";

    public const string RevokeCodes = "DELETE FROM main.fleet_codes";

    /// <summary>A removed account comes back with its login: it can be reported, and only the admin can say whether it should go.</summary>
    public const string SelectUnknownAccounts = "SELECT label FROM main.fleet_accounts WHERE account_key NOT IN (SELECT account_key FROM former.fleet_accounts)";
}
