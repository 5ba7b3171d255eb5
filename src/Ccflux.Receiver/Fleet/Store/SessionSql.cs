namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for sessions: what a restart needs to know about them.</summary>
internal static class SessionSql
{
    public const string Clear = "DELETE FROM fleet_sessions";

    public const string Insert = """
        INSERT INTO fleet_sessions (agent_id, session_id, state, model, since, last_seen_at) VALUES (@agent, @session, @state, @model, @since, @seen_at)
        ON CONFLICT (agent_id, session_id) DO NOTHING
        """;

    public const string SelectRecent = """
        SELECT s.agent_id, a.machine, a.applied, s.session_id, s.state, s.model, s.since, s.last_seen_at
        FROM fleet_sessions s JOIN fleet_agents a USING (agent_id)
        WHERE s.last_seen_at > @since AND a.revoked_at IS NULL
        LIMIT @limit
        """;

    /// <summary>Agents with sessions on a copy of a login that the vault holds in full and that no operation is in progress for. Columns: agent, account.</summary>
    public const string OnCopies = """
        SELECT g.agent_id, c.account_id
        FROM fleet_agents g
        JOIN fleet_accounts c ON c.account_id = g.account_id AND c.access_fingerprint = g.applied
        JOIN fleet_grants r ON r.agent_id = g.agent_id AND r.account_id = c.account_id
        WHERE g.has_sessions = 1 AND g.revoked_at IS NULL AND c.holder = 'vault' AND c.refreshable = 1 AND c.fault IS NULL
          AND NOT EXISTS (SELECT 1 FROM fleet_commands o WHERE o.agent_id = g.agent_id AND o.state IN ('issued', 'delivered'))
          AND NOT EXISTS (SELECT 1 FROM fleet_intents i WHERE i.account_id = c.account_id)
        ORDER BY g.last_seen_at DESC NULLS LAST
        LIMIT 100
        """;
}
