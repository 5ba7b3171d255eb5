namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL of enrolment, agents and what they may be given.</summary>
internal static class AgentSql
{
    /// <summary>Parameters: hash, machine, now, expires at.</summary>
    public const string InsertCode = "INSERT INTO fleet_codes (code_hash, machine, created_at, expires_at) VALUES (?, ?, ?, ?)";

    public const string CountCodes = "SELECT count(*) FROM fleet_codes WHERE used_at IS NULL AND expires_at > ?";

    public const string PruneCodes = "DELETE FROM fleet_codes WHERE expires_at <= ?";

    /// <summary>Parameters: hash, now. Columns: machine.</summary>
    public const string FindCode = "SELECT machine FROM fleet_codes WHERE code_hash = ? AND used_at IS NULL AND expires_at > ?";

    /// <summary>Parameters: now, hash.</summary>
    public const string UseCode = "UPDATE fleet_codes SET used_at = ? WHERE code_hash = ?";

    public const string Count = "SELECT count(*) FROM fleet_agents";

    /// <summary>Parameters: machine, config dir. Column: its agent.</summary>
    public const string FindConfigDir = "SELECT agent_id FROM fleet_agents WHERE machine = ? AND config_dir_id = ?";

    /// <summary>A config dir that is enrolled again keeps its agent's id and what it was granted; its keys are new.</summary>
    public const string Enrol = """
        INSERT INTO fleet_agents (agent_id, machine, config_dir_id, platform, version, signing_key, sealing_key, enrolled_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (machine, config_dir_id) DO UPDATE SET
            platform = excluded.platform, version = excluded.version, signing_key = excluded.signing_key, sealing_key = excluded.sealing_key,
            enrolled_at = excluded.enrolled_at, revoked_at = NULL,
            sequence = CASE WHEN signing_key = excluded.signing_key THEN sequence ELSE 0 END,
            signed_until = CASE WHEN signing_key = excluded.signing_key THEN signed_until END
        """;

    public const string Find = """
        SELECT agent_id AS AgentId, machine AS Machine, signing_key AS SigningKey, sealing_key AS SealingKey, revoked_at AS RevokedAt, sequence AS Sequence,
               signed_until AS SignedUntil, applied AS Applied
        FROM fleet_agents WHERE agent_id = @AgentId
        """;

    public const string SelectAll = """
        SELECT g.agent_id AS AgentId, g.machine AS Machine, g.config_dir_id AS ConfigDirId, g.platform AS Platform, g.version AS Version,
               g.enrolled_at AS EnrolledAt, g.revoked_at AS RevokedAt, g.last_seen_at AS LastSeenAt, g.login AS Login, g.applied AS Applied,
               g.account_id AS AccountId, g.has_sessions AS HasSessions,
               (SELECT max(c.settled_at) FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state = 'confirmed') AS LastSwitchAt,
               (SELECT c.account_id FROM fleet_commands c WHERE c.agent_id = g.agent_id AND c.state IN ('issued', 'delivered') LIMIT 1) AS PendingAccount
        FROM fleet_agents g
        ORDER BY g.machine, g.config_dir_id
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

    /// <summary>Parameter: agent. Columns: account, since when.</summary>
    public const string AccountSince = """
        SELECT account_id, coalesce(account_since, 0) FROM fleet_agents WHERE agent_id = ? AND revoked_at IS NULL AND account_id IS NOT NULL
        """;

    /// <summary>Parameter: agent. Columns: sealing key, applied, account, where its client keeps logins.</summary>
    public const string Recipient = "SELECT sealing_key, applied, account_id, login FROM fleet_agents WHERE agent_id = ? AND revoked_at IS NULL";

    /// <summary>The account whose login, or whose access token, has a fingerprint. Parameter: it. Columns: account, holder, whether it is the whole login.</summary>
    public const string OfFingerprint = """
        SELECT account_id, holder, fingerprint = ?1 AND refreshable FROM fleet_accounts WHERE fingerprint = ?1 OR access_fingerprint = ?1
        """;

    /// <summary>Whether an agent holds an account's whole login. Parameters: agent, account.</summary>
    public const string Holds = "SELECT count(*) FROM fleet_accounts WHERE holder = 'agent' AND holder_agent = ? AND account_id = ?";
}
