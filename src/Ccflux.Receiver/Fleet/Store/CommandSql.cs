namespace Ccflux.Receiver.Fleet.Store;

/// <summary>SQL for commands to agents.</summary>
internal static class CommandSql
{
    /// <summary>Ids grow with time, so that they keep growing after an older backup is restored; <c>@now</c> is in milliseconds.</summary>
    public const string NextId = "SELECT greatest(coalesce((SELECT max(command_id) FROM fleet_commands), 0) + 1, @now)";

    /// <summary>Inserts no row if a command to the agent is open: an index allows at most one.</summary>
    public const string Insert = """
        INSERT INTO fleet_commands (command_id, agent_id, account_id, kind, whole, fingerprint, replaces, sealed, signature, state, issued_by, issued_at, expires_at)
        VALUES (@command, @agent, @account, @kind, @whole, @fingerprint, @replaces, @sealed, @signature, 'issued', @issued_by, @now, @expires_at)
        ON CONFLICT DO NOTHING
        """;

    public const string Delete = "DELETE FROM fleet_commands WHERE command_id = @command";

    public const string CountOpen = "SELECT count(*) FROM fleet_commands WHERE agent_id = @agent AND state IN ('issued', 'delivered')";

    private const string Columns =
        "SELECT command_id, agent_id, account_id, kind, whole, fingerprint, replaces, sealed, state, issued_at, expires_at, signature FROM fleet_commands";

    private const string Open = " WHERE agent_id = @agent AND state IN ('issued', 'delivered')";
    private const string Unfetched = " WHERE state = 'issued' AND expires_at <= @now";

    private const string Accounts = "SELECT account_id, holder, holder_agent, fingerprint FROM fleet_accounts WHERE account_id IN (SELECT account_id FROM fleet_commands";

    /// <summary>Locks an agent's commands that are not settled.</summary>
    public const string SelectOpen = Columns + Open + " ORDER BY command_id FOR UPDATE";

    /// <summary>Locks the accounts of an agent's commands that are not settled. Columns: account, holder, its agent, fingerprint.</summary>
    public const string AccountsOfOpen = Accounts + Open + ") ORDER BY account_id FOR UPDATE";

    /// <summary>Locks commands that were never sent and have expired.</summary>
    public const string SelectUnfetched = Columns + Unfetched + " ORDER BY command_id FOR UPDATE";

    /// <summary>Locks the accounts of commands that were never sent and have expired. Columns: account, holder, its agent, fingerprint.</summary>
    public const string AccountsOfUnfetched = Accounts + Unfetched + ") ORDER BY account_id FOR UPDATE";

    /// <summary>Agents with commands that are not settled.</summary>
    public const string Waiting = "SELECT DISTINCT agent_id FROM fleet_commands WHERE state IN ('issued', 'delivered')";

    public const string Deliver = "UPDATE fleet_commands SET state = 'delivered', delivered_at = @now WHERE command_id = @command AND state = 'issued'";

    public const string Settle = """
        UPDATE fleet_commands SET state = @state, reason = @reason, settled_at = @now, sealed = NULL WHERE command_id = @command AND state IN ('issued', 'delivered')
        """;

    /// <summary>Returns to the vault a login that an agent did not put in place.</summary>
    public const string TakeBack = """
        UPDATE fleet_accounts SET holder = 'vault', holder_agent = NULL, held_since = @now, revision = revision + 1
        WHERE account_id = @account AND holder = 'agent' AND holder_agent = @agent AND fingerprint = @fingerprint
        """;

    public const string SetApplied = """
        UPDATE fleet_agents
        SET account_since = CASE WHEN account_id IS NOT DISTINCT FROM @account THEN account_since ELSE @now END, account_id = @account, applied = @fingerprint
        WHERE agent_id = @agent
        """;

    public const string Prune = "DELETE FROM fleet_commands WHERE settled_at < @before";
}
