namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for enrolment, agents and their grants.</summary>
internal static class AgentSql
{
    /// <summary><c>@agent</c> is the agent that gets new keys.</summary>
    public const string InsertCode = "INSERT INTO fleet_codes (code_hash, machine, agent_id, created_at, expires_at) VALUES (@hash, @machine, @agent, @now, @expires_at)";

    public const string CountCodes = "SELECT count(*) FROM fleet_codes WHERE used_at IS NULL AND expires_at > @now";

    public const string PruneCodes = "DELETE FROM fleet_codes WHERE expires_at <= @now";

    /// <summary>Columns: machine, the agent that gets new keys.</summary>
    public const string FindCode = "SELECT machine, agent_id FROM fleet_codes WHERE code_hash = @hash AND used_at IS NULL AND expires_at > @now";

    /// <summary>Changes no row if the code has been used.</summary>
    public const string UseCode = "UPDATE fleet_codes SET used_at = @now WHERE code_hash = @hash AND used_at IS NULL";

    public const string Count = "SELECT count(*) FROM fleet_agents";

    public const string Insert = """
        INSERT INTO fleet_agents (agent_id, config_dir_id, machine, config_dir, platform, version, signing_key, sealing_key, receiver_key, enrolled_at)
        VALUES (@agent, @agent, @machine, @config_dir, @platform, @version, @signing_key, @sealing_key, @receiver_key, @now)
        """;

    /// <summary>Gives an agent new keys; its grants are withdrawn separately.</summary>
    public const string Renew = """
        UPDATE fleet_agents
        SET config_dir = @config_dir, platform = @platform, version = @version, signing_key = @signing_key, sealing_key = @sealing_key, receiver_key = @receiver_key,
            enrolled_at = @now, revoked_at = NULL,
            sequence = CASE WHEN signing_key = @signing_key THEN sequence ELSE 0 END,
            signed_until = CASE WHEN signing_key = @signing_key THEN signed_until END
        WHERE agent_id = @agent
        """;

    public const string MachineOf = "SELECT machine FROM fleet_agents WHERE agent_id = @agent";

    public const string WithdrawAll = "DELETE FROM fleet_grants WHERE agent_id = @agent";

    public const string Find = """
        SELECT agent_id, machine, signing_key, sealing_key, revoked_at, sequence, signed_until, applied, has_sessions, login, version, platform
        FROM fleet_agents WHERE agent_id = @agent
        """;

    /// <summary>The subqueries select the account that the agent claims to have, the key that commands are signed with, its last switch, and the
    /// account on its way.</summary>
    public const string SelectAll = """
        SELECT g.agent_id, g.machine, g.config_dir, g.platform, g.version, g.signing_key, g.sealing_key, g.receiver_key, g.enrolled_at, g.revoked_at, g.last_seen_at,
               g.login, g.applied, g.account_id, g.has_sessions,
               (SELECT a.account_id FROM fleet_accounts a WHERE g.account_id IS NULL AND g.applied IN (a.fingerprint, a.access_fingerprint) LIMIT 1),
               (SELECT k.public FROM fleet_keys k WHERE k.name = 'signing'),
               (SELECT max(c.settled_at) FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state = 'confirmed'),
               (SELECT c.account_id FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state IN ('issued', 'delivered') LIMIT 1)
        FROM fleet_agents g
        ORDER BY g.machine, g.enrolled_at, g.agent_id
        LIMIT @limit
        """;

    public const string SelectGrants = "SELECT agent_id, account_id FROM fleet_grants";

    public const string Revoke = "UPDATE fleet_agents SET revoked_at = @now WHERE agent_id = @agent AND revoked_at IS NULL";

    public const string Grant = "INSERT INTO fleet_grants (agent_id, account_id, granted_at) VALUES (@agent, @account, @now) ON CONFLICT DO NOTHING";

    public const string Withdraw = "DELETE FROM fleet_grants WHERE agent_id = @agent AND account_id = @account";

    public const string IsGranted = "SELECT count(*) FROM fleet_grants WHERE agent_id = @agent AND account_id = @account";

    public const string Note = """
        UPDATE fleet_agents
        SET last_seen_at = greatest(coalesce(last_seen_at, 0), @seen_at), sequence = greatest(sequence, @sequence),
            login = @login, version = @version, platform = @platform, applied = @applied,
            account_since = CASE WHEN account_id IS NOT DISTINCT FROM @account THEN account_since ELSE @seen_at END, account_id = @account,
            has_sessions = @has_sessions
        WHERE agent_id = @agent
        """;

    public const string Touch = """
        UPDATE fleet_agents SET last_seen_at = greatest(coalesce(last_seen_at, 0), @seen_at), sequence = greatest(sequence, @sequence) WHERE agent_id = @agent
        """;

    public const string SignedUntil = "UPDATE fleet_agents SET signed_until = greatest(coalesce(signed_until, 0), @until) WHERE agent_id = @agent";

    public const string AppliedOf = "SELECT applied FROM fleet_agents WHERE agent_id = @agent";

    /// <summary>Locks the accounts that an agent's config dir may have: the one whose login, or whose access token, has a fingerprint; the one that it had; those
    /// of its open commands. Columns: account, holder, its agent, fingerprint, fingerprint of the access token, whether the login can be renewed.</summary>
    public const string ConfigDirAccounts = """
        SELECT account_id, holder, holder_agent, fingerprint, access_fingerprint, refreshable
        FROM fleet_accounts
        WHERE fingerprint = @applied OR access_fingerprint = @applied
           OR account_id = (SELECT account_id FROM fleet_agents WHERE agent_id = @agent)
           OR account_id IN (SELECT account_id FROM fleet_commands WHERE agent_id = @agent AND state IN ('issued', 'delivered'))
        ORDER BY account_id FOR UPDATE
        """;

    /// <summary>Locks the agent's row. Column: the account that its config dir had by its last report.</summary>
    public const string ConfigDir = "SELECT account_id FROM fleet_agents WHERE agent_id = @agent FOR UPDATE";

    public const string GrantsOf = "SELECT account_id FROM fleet_grants WHERE agent_id = @agent";

    public const string SetAccount = """
        UPDATE fleet_agents SET account_id = @account, account_since = @now WHERE agent_id = @agent AND account_id IS DISTINCT FROM @account
        """;

    /// <summary>Only if the agent may have that account. Locks the account, then the agent. Columns: account, since when.</summary>
    public const string AccountSince = """
        SELECT g.account_id, coalesce(g.account_since, 0)
        FROM fleet_accounts a JOIN fleet_agents g ON g.account_id = a.account_id
        WHERE g.agent_id = @agent AND g.revoked_at IS NULL
          AND (a.holder_agent = g.agent_id OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = g.agent_id AND r.account_id = g.account_id))
        FOR UPDATE
        """;

    /// <summary>Locks the agent's row. Columns: sealing key, applied, account, where its client keeps logins, the receiver's key that it pinned.</summary>
    public const string Recipient = "SELECT sealing_key, applied, account_id, login, receiver_key FROM fleet_agents WHERE agent_id = @agent AND revoked_at IS NULL FOR UPDATE";
}
