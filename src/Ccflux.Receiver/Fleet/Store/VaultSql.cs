namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for the vault's accounts and for refreshes in progress.</summary>
internal static class VaultSql
{
    private const string Facts = """
        SELECT a.account_id AS AccountId, a.account_key AS Key, a.account_uuid AS Uuid, a.organization_uuid AS Organization, a.label AS Label, a.email AS Email, a.plan AS Plan, a.next_charge AS NextCharge,
               a.five_hour_ceiling AS FiveHourCeiling, a.seven_day_ceiling AS SevenDayCeiling, a.credential AS Credential,
               a.fingerprint AS Fingerprint, a.refreshable AS Refreshable, a.expires_at AS ExpiresAt,
               a.holder AS Holder, a.holder_agent AS HolderAgent, g.machine AS HolderMachine, g.last_seen_at AS HolderSeenAt,
               coalesce(g.account_id = a.account_id, 0) AS HolderHasIt, a.held_since AS HeldSince,
               a.refreshed_at AS RefreshedAt, a.refreshed_by AS RefreshedBy, a.fault AS Fault, a.fault_at AS FaultAt,
               a.failures AS Failures, a.failure AS Failure, a.retry_at AS RetryAt, i.begun_at AS IntentAt,
               EXISTS (SELECT 1 FROM fleet_commands c
                       WHERE c.agent_id = a.holder_agent AND c.account_id = a.account_id AND c.state IN ('issued', 'delivered')) AS OnItsWay,
               EXISTS (SELECT 1 FROM fleet_agents u
                       WHERE u.account_id = a.account_id AND u.has_sessions = 1 AND u.revoked_at IS NULL AND u.last_seen_at > @Since
                         AND (a.holder_agent = u.agent_id
                              OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = u.agent_id AND r.account_id = a.account_id))) AS InUse,
               EXISTS (SELECT 1 FROM quota_accounts q JOIN quota_windows w ON w.account_id = q.account_id
                       WHERE q.account_key = a.account_key AND q.owner = 0 AND w.name = 'seven_day' AND w.used_milli >= 100000 AND w.resets_at > @Now) AS Exhausted
        FROM fleet_accounts a
        LEFT JOIN fleet_agents g ON g.agent_id = a.holder_agent
        LEFT JOIN fleet_intents i ON i.account_id = a.account_id
        """;

    /// <summary>Every account, ordered by label.</summary>
    public const string SelectAll = Facts + " ORDER BY a.label LIMIT @Limit";

    public const string SelectOne = Facts + " WHERE a.account_id = @AccountId";

    public const string FindByLabel = "SELECT account_id FROM fleet_accounts WHERE label = @Label";

    public const string SelectCredential = "SELECT account_key AS Key, credential AS Credential, expires_at AS ExpiresAt FROM fleet_accounts WHERE account_key = @Key";

    /// <summary>Parameters: instant since which an agent counts, account. Columns: key, credential, fingerprint, holder, its agent, fault, label, failures,
    /// whether a session uses it, uuid, organisation, revision, refreshed at.</summary>
    public const string Read = """
        SELECT account_key, credential, fingerprint, holder, holder_agent, fault, label, failures,
               EXISTS (SELECT 1 FROM fleet_agents u
                       WHERE u.account_id = a.account_id AND u.has_sessions = 1 AND u.revoked_at IS NULL AND u.last_seen_at > ?1
                         AND (a.holder_agent = u.agent_id
                              OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = u.agent_id AND r.account_id = a.account_id))),
               account_uuid, organization_uuid, revision, refreshed_at
        FROM fleet_accounts a WHERE account_id = ?2
        """;

    /// <summary>Parameter: key.</summary>
    public const string FindByKey = "SELECT account_id FROM fleet_accounts WHERE account_key = ?";

    /// <summary>An account of the vault that belongs to a person in any organisation; accounts with an unknown organisation come first.
    /// Parameter: uuid. Columns: account, organisation.</summary>
    public const string FindByUuid = "SELECT account_id, organization_uuid FROM fleet_accounts WHERE account_uuid = ? ORDER BY organization_uuid IS NOT NULL, account_id LIMIT 1";

    /// <summary>Among a person's accounts, the one that an agent returns a login of: it has that login, had the one that this replaces, is held by that agent,
    /// or is granted to it. Parameters: uuid, fingerprint of the login, fingerprint that it replaces, agent.</summary>
    public const string FindReturned = """
        SELECT account_id FROM fleet_accounts a WHERE account_uuid = ?1
        ORDER BY (fingerprint IS ?2) DESC, (fingerprint = ?3 OR access_fingerprint = ?3) DESC, (holder_agent IS ?4) DESC,
                 EXISTS (SELECT 1 FROM fleet_grants g WHERE g.account_id = a.account_id AND g.agent_id = ?4) DESC, account_id
        LIMIT 1
        """;

    /// <summary>Parameters: label, the account that may have it (0 for a new account).</summary>
    public const string LabelTaken = "SELECT count(*) FROM fleet_accounts WHERE label = ? AND account_id <> ?";

    public const string Count = "SELECT count(*) FROM fleet_accounts";

    /// <summary>A login that the operator imports clears every fault and every refresh of the previous one.</summary>
    public const string Import = """
        INSERT INTO fleet_accounts (account_key, account_uuid, organization_uuid, label, email, plan, credential, fingerprint, access_fingerprint, refreshable,
                                    expires_at, holder, held_since, refreshed_at, refreshed_by, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, 'login', ?13)
        ON CONFLICT (account_key) DO UPDATE SET
            label = excluded.label, email = CASE WHEN excluded.email <> '' THEN excluded.email ELSE email END,
            plan = CASE WHEN excluded.plan <> '' THEN excluded.plan ELSE plan END,
            credential = excluded.credential, fingerprint = excluded.fingerprint, access_fingerprint = excluded.access_fingerprint,
            refreshable = excluded.refreshable, expires_at = excluded.expires_at,
            holder = excluded.holder, holder_agent = NULL, held_since = excluded.held_since,
            refreshed_at = excluded.refreshed_at, refreshed_by = 'login', revision = revision + 1,
            fault = NULL, fault_at = NULL, failures = 0, failure = NULL, retry_at = NULL
        RETURNING account_id
        """;

    /// <summary>Parameters: key, organisation, account.</summary>
    public const string SetOrganization = "UPDATE fleet_accounts SET account_key = ?, organization_uuid = ?, revision = revision + 1 WHERE account_id = ? AND organization_uuid IS NULL";

    /// <summary>Moves what was polled for an account under its former key. Parameters: new key, former key.</summary>
    public const string RenameQuota = """
        UPDATE quota_accounts SET account_key = ?1
        WHERE account_key = ?2 AND owner = 0 AND NOT EXISTS (SELECT 1 FROM quota_accounts o WHERE o.account_key = ?1 AND o.owner = 0)
        """;

    /// <summary>Sets when a login is assumed to expire. Parameters: instant, account, fingerprint of its access token.</summary>
    public const string SetExpiry = "UPDATE fleet_accounts SET expires_at = ? WHERE account_id = ? AND access_fingerprint = ?";

    /// <summary>The agent whose config dir contains a login. Parameter: fingerprint.</summary>
    public const string StandsAt = "SELECT agent_id FROM fleet_agents WHERE applied = ? AND revoked_at IS NULL";

    /// <summary>Compare and swap. Parameters: credential, fingerprint, access fingerprint, refreshable, expires at, now, path, account, fingerprint that it replaces.</summary>
    public const string Replace = """
        UPDATE fleet_accounts
        SET credential = ?1, fingerprint = ?2, access_fingerprint = ?3, refreshable = ?4, expires_at = ?5, refreshed_at = ?6, refreshed_by = ?7, revision = revision + 1,
            fault = NULL, fault_at = NULL, failures = 0, failure = NULL, retry_at = NULL
        WHERE account_id = ?8 AND fingerprint = ?9
        """;

    /// <summary>Stores the same login under another key.</summary>
    public const string Reencrypt = "UPDATE fleet_accounts SET credential = ? WHERE account_id = ?";

    public const string AllCredentials = "SELECT account_id, account_key, credential FROM fleet_accounts";

    /// <summary>Parameters: holder, agent, now, account.</summary>
    public const string SetHolder = "UPDATE fleet_accounts SET holder = ?, holder_agent = ?, held_since = ?, revision = revision + 1 WHERE account_id = ?";

    /// <summary>Parameters: fault, now, account, fingerprint.</summary>
    public const string SetFault = "UPDATE fleet_accounts SET fault = ?, fault_at = ?, failures = 0, retry_at = NULL, revision = revision + 1 WHERE account_id = ? AND fingerprint = ?";

    /// <summary>Parameters: reason, retry at, account, fingerprint.</summary>
    public const string SetFailure = "UPDATE fleet_accounts SET failures = failures + 1, failure = ?, retry_at = ? WHERE account_id = ? AND fingerprint = ?";

    /// <summary>Parameter: account. Columns: label, e-mail, plan, next charge, ceilings.</summary>
    public const string Details = "SELECT label, email, plan, next_charge, five_hour_ceiling, seven_day_ceiling FROM fleet_accounts WHERE account_id = ?";

    /// <summary>Parameters: label, e-mail, plan, next charge, ceilings, account.</summary>
    public const string Edit = "UPDATE fleet_accounts SET label = ?, email = ?, plan = ?, next_charge = ?, five_hour_ceiling = ?, seven_day_ceiling = ? WHERE account_id = ?";

    public const string Delete = "DELETE FROM fleet_accounts WHERE account_id = ?";

    /// <summary>
    /// Claims a login of the vault that is not on its way to an agent. Parameters: account, revision, now.
    /// Refreshes and hand-outs exclude each other through the account's row: each of them changes it, and only if it is unchanged since it was
    /// read. So one of two writers finds no row, whatever the database lets them see of each other's changes in other tables.
    /// </summary>
    public const string ClaimForRefresh = """
        UPDATE fleet_accounts SET revision = revision + 1
        WHERE account_id = ?1 AND revision = ?2 AND holder = 'vault'
          AND NOT EXISTS (SELECT 1 FROM fleet_commands c WHERE c.account_id = ?1 AND c.state IN ('issued', 'delivered') AND c.expires_at > ?3)
        """;

    /// <summary>Hands the full login to an agent, which then holds it. Changes no row if a refresh is in progress. Parameters: account, revision, agent, now.</summary>
    public const string HandOut = """
        UPDATE fleet_accounts SET holder = 'agent', holder_agent = ?3, held_since = ?4, revision = revision + 1
        WHERE account_id = ?1 AND revision = ?2 AND holder = 'vault' AND NOT EXISTS (SELECT 1 FROM fleet_intents i WHERE i.account_id = ?1)
        """;

    /// <summary>Claims a copy of the login for an agent; a refresh might invalidate it. Parameters: account, revision.</summary>
    public const string ClaimForCopy = """
        UPDATE fleet_accounts SET revision = revision + 1
        WHERE account_id = ?1 AND revision = ?2 AND NOT EXISTS (SELECT 1 FROM fleet_intents i WHERE i.account_id = ?1)
        """;

    /// <summary>Parameters: account, intent, fingerprint, actor, now. Changes no row if a refresh is in progress: the row is the lock.</summary>
    public const string BeginIntent = """
        INSERT INTO fleet_intents (account_id, intent, fingerprint, begun_by, begun_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (account_id) DO NOTHING
        """;

    public const string HasAccount = "SELECT 1 FROM fleet_accounts WHERE account_id = ?";

    public const string CountIntents = "SELECT count(*) FROM fleet_intents WHERE account_id = ?";

    public const string EndIntent = "DELETE FROM fleet_intents WHERE account_id = ? AND intent = ?";

    /// <summary>Parameters: account, instant.</summary>
    public const string EndOldIntent = "DELETE FROM fleet_intents WHERE account_id = ? AND begun_at <= ?";

    public const string EndIntents = "DELETE FROM fleet_intents WHERE account_id = ?";

    /// <summary>Accounts with a refresh that began before an instant and whose refresh token is still the stored one. Parameter: instant.</summary>
    public const string Unsettled = """
        SELECT a.account_id, a.fingerprint FROM fleet_intents i JOIN fleet_accounts a ON a.account_id = i.account_id
        WHERE i.begun_at <= ? AND a.fault IS NULL AND a.fingerprint = i.fingerprint
        """;

    public const string SelectSetting = "SELECT value FROM fleet_settings WHERE name = ?";

    public const string SaveSetting = "INSERT INTO fleet_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    /// <summary>Parameters: fault, now.</summary>
    public const string DoubtAll = "UPDATE fleet_accounts SET fault = ?, fault_at = ?, revision = revision + 1 WHERE fault IS NULL AND refreshable = 1";

    public const string SelectKey = "SELECT public, private FROM fleet_keys WHERE name = ?";

    public const string InsertKey = "INSERT INTO fleet_keys (name, public, private) VALUES (?, ?, ?)";

    public const string DeleteKey = "DELETE FROM fleet_keys WHERE name = ?";

    public const string AllKeys = "SELECT name, private FROM fleet_keys";

    public const string ReencryptKey = "UPDATE fleet_keys SET private = ? WHERE name = ?";
}
