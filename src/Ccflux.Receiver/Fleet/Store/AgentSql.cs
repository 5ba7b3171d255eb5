namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for enrolment, agents and their grants.</summary>
internal static class AgentSql
{
    /// <summary>Parameters: hash, machine, the agent that gets new keys, now, expires at.</summary>
    public const string InsertCode = "INSERT INTO fleet_codes (code_hash, machine, agent_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)";

    public const string CountCodes = "SELECT count(*) FROM fleet_codes WHERE used_at IS NULL AND expires_at > ?";

    public const string PruneCodes = "DELETE FROM fleet_codes WHERE expires_at <= ?";

    /// <summary>Parameters: hash, now. Columns: machine, the agent that gets new keys.</summary>
    public const string FindCode = "SELECT machine, agent_id FROM fleet_codes WHERE code_hash = ? AND used_at IS NULL AND expires_at > ?";

    /// <summary>Changes no row if the code has been used. Parameters: now, hash.</summary>
    public const string UseCode = "UPDATE fleet_codes SET used_at = ? WHERE code_hash = ? AND used_at IS NULL";

    public const string Count = "SELECT count(*) FROM fleet_agents";

    /// <summary>Parameters: agent (twice), machine, config dir, platform, version, signing key, sealing key, receiver's key, now.</summary>
    public const string Insert = """
        INSERT INTO fleet_agents (agent_id, config_dir_id, machine, config_dir, platform, version, signing_key, sealing_key, receiver_key, enrolled_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    /// <summary>Gives an agent new keys; its grants are withdrawn separately.
    /// Parameters: config dir, platform, version, signing key, sealing key, receiver's key, now, agent.</summary>
    public const string Renew = """
        UPDATE fleet_agents
        SET config_dir = ?1, platform = ?2, version = ?3, signing_key = ?4, sealing_key = ?5, receiver_key = ?6, enrolled_at = ?7, revoked_at = NULL,
            sequence = CASE WHEN signing_key = ?4 THEN sequence ELSE 0 END,
            signed_until = CASE WHEN signing_key = ?4 THEN signed_until END
        WHERE agent_id = ?8
        """;

    /// <summary>Parameter: agent. Column: its machine.</summary>
    public const string MachineOf = "SELECT machine FROM fleet_agents WHERE agent_id = ?";

    public const string WithdrawAll = "DELETE FROM fleet_grants WHERE agent_id = ?";

    public const string Find = """
        SELECT agent_id AS AgentId, machine AS Machine, signing_key AS SigningKey, sealing_key AS SealingKey, revoked_at AS RevokedAt, sequence AS Sequence,
               signed_until AS SignedUntil, applied AS Applied, has_sessions AS HasSessions, login AS Login, version AS Version, platform AS Platform
        FROM fleet_agents WHERE agent_id = @AgentId
        """;

    public const string SelectAll = """
        SELECT g.agent_id AS AgentId, g.machine AS Machine, g.config_dir AS ConfigDirId, g.platform AS Platform, g.version AS Version,
               g.signing_key AS SigningKey, g.sealing_key AS SealingKey, g.receiver_key AS ReceiverKey,
               g.enrolled_at AS EnrolledAt, g.revoked_at AS RevokedAt, g.last_seen_at AS LastSeenAt, g.login AS Login, g.applied AS Applied,
               g.account_id AS AccountId, g.has_sessions AS HasSessions,
               (SELECT a.account_id FROM fleet_accounts a WHERE g.account_id IS NULL AND g.applied IN (a.fingerprint, a.access_fingerprint) LIMIT 1) AS ClaimedAccount,
               (SELECT k.public FROM fleet_keys k WHERE k.name = 'signing') AS CurrentKey,
               (SELECT max(c.settled_at) FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state = 'confirmed') AS LastSwitchAt,
               (SELECT c.account_id FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state IN ('issued', 'delivered') LIMIT 1) AS PendingAccount
        FROM fleet_agents g
        ORDER BY g.machine, g.enrolled_at, g.agent_id
        LIMIT @Limit
        """;

    public const string SelectGrants = "SELECT agent_id AS AgentId, account_id AS AccountId FROM fleet_grants";

    /// <summary>Parameters: now, agent.</summary>
    public const string Revoke = "UPDATE fleet_agents SET revoked_at = ? WHERE agent_id = ? AND revoked_at IS NULL";

    /// <summary>Parameters: agent, account, now.</summary>
    public const string Grant = "INSERT INTO fleet_grants (agent_id, account_id, granted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";

    public const string Withdraw = "DELETE FROM fleet_grants WHERE agent_id = ? AND account_id = ?";

    public const string IsGranted = "SELECT count(*) FROM fleet_grants WHERE agent_id = ? AND account_id = ?";

    /// <summary>Parameters: last seen, sequence, login, version, platform, applied, account, has sessions, agent.</summary>
    public const string Note = """
        UPDATE fleet_agents
        SET last_seen_at = max(coalesce(last_seen_at, 0), ?1), sequence = max(sequence, ?2), login = ?3, version = ?4, platform = ?5,
            applied = ?6, account_since = CASE WHEN account_id IS ?7 THEN account_since ELSE ?1 END, account_id = ?7, has_sessions = ?8
        WHERE agent_id = ?9
        """;

    /// <summary>Parameters: last seen, sequence, agent.</summary>
    public const string Touch = """
        UPDATE fleet_agents SET last_seen_at = max(coalesce(last_seen_at, 0), ?), sequence = max(sequence, ?) WHERE agent_id = ?
        """;

    /// <summary>Parameters: signed until, agent.</summary>
    public const string SignedUntil = "UPDATE fleet_agents SET signed_until = max(coalesce(signed_until, 0), ?) WHERE agent_id = ?";

    public const string CountOf = "SELECT count(*) FROM fleet_agents WHERE agent_id = ?";

    public const string AccountOf = "SELECT account_id FROM fleet_agents WHERE agent_id = ?";

    public const string AppliedOf = "SELECT applied FROM fleet_agents WHERE agent_id = ?";

    /// <summary>Parameters: account, now, agent.</summary>
    public const string SetAccount = "UPDATE fleet_agents SET account_id = ?1, account_since = ?2 WHERE agent_id = ?3 AND account_id IS NOT ?1";

    /// <summary>Only if the agent may have that account. Parameter: agent. Columns: account, since when.</summary>
    public const string AccountSince = """
        SELECT g.account_id, coalesce(g.account_since, 0)
        FROM fleet_agents g JOIN fleet_accounts a ON a.account_id = g.account_id
        WHERE g.agent_id = ? AND g.revoked_at IS NULL
          AND (a.holder_agent = g.agent_id OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = g.agent_id AND r.account_id = g.account_id))
        """;

    /// <summary>Parameter: agent. Columns: sealing key, applied, account, where its client keeps logins, the receiver's key that it pinned.</summary>
    public const string Recipient = "SELECT sealing_key, applied, account_id, login, receiver_key FROM fleet_agents WHERE agent_id = ? AND revoked_at IS NULL";

    /// <summary>The account whose login, or whose access token, has a fingerprint. Parameter: fingerprint. Columns: account, holder, whether it is the full login.</summary>
    public const string OfFingerprint = """
        SELECT account_id, holder, fingerprint = ?1 AND refreshable FROM fleet_accounts WHERE fingerprint = ?1 OR access_fingerprint = ?1
        """;

    /// <summary>Whether an agent holds an account's full login. Parameters: agent, account.</summary>
    public const string Holds = "SELECT count(*) FROM fleet_accounts WHERE holder = 'agent' AND holder_agent = ? AND account_id = ?";
}
