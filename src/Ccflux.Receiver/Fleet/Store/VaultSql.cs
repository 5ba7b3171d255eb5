namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for the vault's accounts and for refreshes in progress.</summary>
internal static class VaultSql
{
    /// <summary>Its conditions say, in this order: the holder has the login, it is on its way there, a session uses it, its week is used up.</summary>
    private const string Facts = """
        SELECT a.account_id, a.account_key, a.account_uuid, a.organization_uuid, a.label, a.email, a.plan, a.next_charge, a.five_hour_ceiling, a.seven_day_ceiling,
               a.credential, a.fingerprint, a.refreshable, a.expires_at, a.holder, a.holder_agent, g.machine, g.last_seen_at,
               CASE WHEN g.account_id = a.account_id THEN 1 ELSE 0 END,
               CASE WHEN EXISTS (SELECT 1 FROM fleet_commands c
                                 WHERE c.agent_id = a.holder_agent AND c.account_id = a.account_id AND c.state IN ('issued', 'delivered')) THEN 1 ELSE 0 END,
               a.held_since, a.refreshed_at, a.refreshed_by, a.fault, a.fault_at, a.failures, a.failure, a.retry_at, i.begun_at,
               CASE WHEN EXISTS (SELECT 1 FROM fleet_agents u
                                 WHERE u.account_id = a.account_id AND u.has_sessions = 1 AND u.revoked_at IS NULL AND u.last_seen_at > @since
                                   AND (a.holder_agent = u.agent_id
                                        OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = u.agent_id AND r.account_id = a.account_id))) THEN 1 ELSE 0 END,
               CASE WHEN EXISTS (SELECT 1 FROM quota_accounts q JOIN quota_windows w ON w.account_id = q.account_id
                                 WHERE q.account_key = a.account_key AND q.owner = 0 AND w.name = 'seven_day' AND w.used_milli >= 100000 AND w.resets_at > @now)
                    THEN 1 ELSE 0 END
        FROM fleet_accounts a
        LEFT JOIN fleet_agents g ON g.agent_id = a.holder_agent
        LEFT JOIN fleet_intents i ON i.account_id = a.account_id
        """;

    /// <summary>Every account, ordered by label.</summary>
    public const string SelectAll = Facts + " ORDER BY a.label LIMIT @limit";

    public const string SelectOne = Facts + " WHERE a.account_id = @account";

    public const string FindByLabel = "SELECT account_id FROM fleet_accounts WHERE label = @label";

    public const string SelectCredential = "SELECT account_key, credential, expires_at FROM fleet_accounts WHERE account_key = @key";

    /// <summary>Locks the row. Columns: key, credential, fingerprint, holder, its agent, fault, label, failures, uuid, organisation, revision, refreshed at.</summary>
    public const string Read = """
        SELECT account_key, credential, fingerprint, holder, holder_agent, fault, label, failures, account_uuid, organization_uuid, revision, refreshed_at
        FROM fleet_accounts WHERE account_id = @account FOR UPDATE
        """;

    /// <summary>How many agents may have sessions on an account's login. <c>@since</c> is the instant since which an agent counts.</summary>
    public const string CountUsers = """
        SELECT count(*)
        FROM fleet_agents u JOIN fleet_accounts a ON a.account_id = u.account_id
        WHERE u.account_id = @account AND u.has_sessions = 1 AND u.revoked_at IS NULL AND u.last_seen_at > @since
          AND (a.holder_agent = u.agent_id OR EXISTS (SELECT 1 FROM fleet_grants r WHERE r.agent_id = u.agent_id AND r.account_id = u.account_id))
        """;

    /// <summary>Commands with an account's login that their agents may still fetch, or have fetched and may still carry out.</summary>
    public const string CountOnTheirWay = "SELECT count(*) FROM fleet_commands WHERE account_id = @account AND state IN ('issued', 'delivered') AND expires_at > @now";

    public const string FindByKey = "SELECT account_id FROM fleet_accounts WHERE account_key = @key";

    /// <summary>An account of the vault that belongs to a person in any organisation; accounts with an unknown organisation come first.
    /// Columns: account, organisation.</summary>
    public const string FindByUuid = """
        SELECT account_id, organization_uuid FROM fleet_accounts WHERE account_uuid = @uuid ORDER BY organization_uuid IS NOT NULL, account_id LIMIT 1
        """;

    /// <summary>Among a person's accounts, the one that an agent returns a login of: it has that login, had the one that this replaces, is held by that agent,
    /// or is granted to it.</summary>
    public const string FindReturned = """
        SELECT account_id FROM fleet_accounts a WHERE account_uuid = @uuid
        ORDER BY (fingerprint IS NOT DISTINCT FROM @fingerprint) DESC, (fingerprint = @replaces OR access_fingerprint = @replaces) DESC,
                 (holder_agent IS NOT DISTINCT FROM @agent) DESC,
                 EXISTS (SELECT 1 FROM fleet_grants g WHERE g.account_id = a.account_id AND g.agent_id = @agent) DESC, account_id
        LIMIT 1
        """;

    public const string Count = "SELECT count(*) FROM fleet_accounts";

    /// <summary>A login that the operator imports clears every fault and every refresh of the previous one.</summary>
    public const string Import = """
        INSERT INTO fleet_accounts (account_key, account_uuid, organization_uuid, label, email, plan, credential, fingerprint, access_fingerprint, refreshable,
                                    expires_at, holder, held_since, refreshed_at, refreshed_by, created_at)
        VALUES (@key, @uuid, @organization, @label, @email, @plan, @credential, @fingerprint, @access_fingerprint, @refreshable,
                @expires_at, @holder, @now, @now, 'login', @now)
        ON CONFLICT (account_key) DO UPDATE SET
            label = excluded.label, email = CASE WHEN excluded.email <> '' THEN excluded.email ELSE fleet_accounts.email END,
            plan = CASE WHEN excluded.plan <> '' THEN excluded.plan ELSE fleet_accounts.plan END,
            credential = excluded.credential, fingerprint = excluded.fingerprint, access_fingerprint = excluded.access_fingerprint,
            refreshable = excluded.refreshable, expires_at = excluded.expires_at,
            holder = excluded.holder, holder_agent = NULL, held_since = excluded.held_since,
            refreshed_at = excluded.refreshed_at, refreshed_by = 'login', revision = fleet_accounts.revision + 1,
            fault = NULL, fault_at = NULL, failures = 0, failure = NULL, retry_at = NULL
        RETURNING account_id
        """;

    public const string SetOrganization = """
        UPDATE fleet_accounts SET account_key = @key, organization_uuid = @organization, revision = revision + 1 WHERE account_id = @account AND organization_uuid IS NULL
        """;

    /// <summary>Moves what was polled for an account under its former key.</summary>
    public const string RenameQuota = """
        UPDATE quota_accounts SET account_key = @key
        WHERE account_key = @former_key AND owner = 0 AND NOT EXISTS (SELECT 1 FROM quota_accounts o WHERE o.account_key = @key AND o.owner = 0)
        """;

    /// <summary>Sets when a login is assumed to expire.</summary>
    public const string SetExpiry = "UPDATE fleet_accounts SET expires_at = @expires_at WHERE account_id = @account AND access_fingerprint = @access_fingerprint";

    /// <summary>The agent whose config dir contains a login.</summary>
    public const string FoundAt = "SELECT agent_id FROM fleet_agents WHERE applied = @fingerprint AND revoked_at IS NULL";

    /// <summary>Compare and swap: <c>@replaces</c> is the fingerprint of the login that it replaces.</summary>
    public const string Replace = """
        UPDATE fleet_accounts
        SET credential = @credential, fingerprint = @fingerprint, access_fingerprint = @access_fingerprint, refreshable = @refreshable, expires_at = @expires_at,
            refreshed_at = @now, refreshed_by = @path, revision = revision + 1,
            fault = NULL, fault_at = NULL, failures = 0, failure = NULL, retry_at = NULL
        WHERE account_id = @account AND fingerprint = @replaces
        """;

    /// <summary>Stores the same login under another key.</summary>
    public const string Reencrypt = "UPDATE fleet_accounts SET credential = @credential WHERE account_id = @account";

    /// <summary>Locks the rows.</summary>
    public const string AllCredentials = "SELECT account_id, account_key, credential FROM fleet_accounts ORDER BY account_id FOR UPDATE";

    public const string SetHolder = """
        UPDATE fleet_accounts SET holder = @holder, holder_agent = @agent, held_since = @now, revision = revision + 1 WHERE account_id = @account
        """;

    public const string SetFault = """
        UPDATE fleet_accounts SET fault = @fault, fault_at = @now, failures = 0, retry_at = NULL, revision = revision + 1
        WHERE account_id = @account AND fingerprint = @fingerprint
        """;

    public const string SetFailure = """
        UPDATE fleet_accounts SET failures = failures + 1, failure = @failure, retry_at = @retry_at WHERE account_id = @account AND fingerprint = @fingerprint
        """;

    /// <summary>Locks the row.</summary>
    public const string Details = "SELECT label, email, plan, next_charge, five_hour_ceiling, seven_day_ceiling FROM fleet_accounts WHERE account_id = @account FOR UPDATE";

    public const string Edit = """
        UPDATE fleet_accounts
        SET label = @label, email = @email, plan = @plan, next_charge = @next_charge, five_hour_ceiling = @five_hour_ceiling, seven_day_ceiling = @seven_day_ceiling
        WHERE account_id = @account
        """;

    public const string Delete = "DELETE FROM fleet_accounts WHERE account_id = @account";

    /// <summary>
    /// Claims a login of the vault that is not on its way to an agent.
    /// Refreshes and hand-outs exclude each other through the account's row: each of them changes it, and only if it is unchanged since it was
    /// read. So one of two writers finds no row, whatever the database lets them see of each other's changes in other tables.
    /// </summary>
    public const string ClaimForRefresh = """
        UPDATE fleet_accounts SET revision = revision + 1
        WHERE account_id = @account AND revision = @revision AND holder = 'vault'
          AND NOT EXISTS (SELECT 1 FROM fleet_commands c WHERE c.account_id = @account AND c.state IN ('issued', 'delivered') AND c.expires_at > @now)
        """;

    /// <summary>Hands the full login to an agent, which then holds it. Changes no row if a refresh is in progress.</summary>
    public const string HandOut = """
        UPDATE fleet_accounts SET holder = 'agent', holder_agent = @agent, held_since = @now, revision = revision + 1
        WHERE account_id = @account AND revision = @revision AND holder = 'vault' AND NOT EXISTS (SELECT 1 FROM fleet_intents i WHERE i.account_id = @account)
        """;

    /// <summary>Claims a copy of the login for an agent; a refresh might invalidate it.</summary>
    public const string ClaimForCopy = """
        UPDATE fleet_accounts SET revision = revision + 1
        WHERE account_id = @account AND revision = @revision AND NOT EXISTS (SELECT 1 FROM fleet_intents i WHERE i.account_id = @account)
        """;

    /// <summary>Changes no row if a refresh is in progress: the row is the lock.</summary>
    public const string BeginIntent = """
        INSERT INTO fleet_intents (account_id, intent, fingerprint, begun_by, begun_at) VALUES (@account, @intent, @fingerprint, @begun_by, @now)
        ON CONFLICT (account_id) DO NOTHING
        """;

    /// <summary>Locks the row, if there is one.</summary>
    public const string HasAccount = "SELECT 1 FROM fleet_accounts WHERE account_id = @account FOR UPDATE";

    /// <summary>When the refresh in progress began.</summary>
    public const string IntentAt = "SELECT begun_at FROM fleet_intents WHERE account_id = @account";

    public const string EndIntent = "DELETE FROM fleet_intents WHERE account_id = @account AND intent = @intent";

    public const string EndOldIntent = "DELETE FROM fleet_intents WHERE account_id = @account AND begun_at <= @until";

    public const string EndIntents = "DELETE FROM fleet_intents WHERE account_id = @account";

    /// <summary>Locks accounts with a refresh that began before an instant and whose refresh token is still the stored one. Columns: account, fingerprint.</summary>
    public const string Unsettled = """
        SELECT a.account_id, a.fingerprint FROM fleet_accounts a JOIN fleet_intents i ON i.account_id = a.account_id
        WHERE i.begun_at <= @until AND a.fault IS NULL AND a.fingerprint = i.fingerprint
        ORDER BY a.account_id FOR UPDATE
        """;

    public const string SelectSetting = "SELECT value FROM fleet_settings WHERE name = @name";

    public const string SaveSetting = "INSERT INTO fleet_settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string DoubtAll = "UPDATE fleet_accounts SET fault = @fault, fault_at = @now, revision = revision + 1 WHERE fault IS NULL AND refreshable = 1";

    public const string SelectKey = "SELECT public, private FROM fleet_keys WHERE name = @name";

    public const string InsertKey = "INSERT INTO fleet_keys (name, public, private) VALUES (@name, @public, @private)";

    public const string DeleteKey = "DELETE FROM fleet_keys WHERE name = @name";

    /// <summary>Locks the rows.</summary>
    public const string AllKeys = "SELECT name, private FROM fleet_keys ORDER BY name FOR UPDATE";

    public const string ReencryptKey = "UPDATE fleet_keys SET private = @private WHERE name = @name";
}
