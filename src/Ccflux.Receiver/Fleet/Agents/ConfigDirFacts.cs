using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>An account that a config dir may have.</summary>
/// <param name="Holder">One of <see cref="Vault.Holder"/>.</param>
/// <param name="HolderAgent">The agent that holds the login, if one does.</param>
/// <param name="AccessFingerprint">A copy without the refresh token has this fingerprint.</param>
internal sealed record ConfigDirAccount(FleetAccountId AccountId, string Holder, string? HolderAgent, string Fingerprint, string AccessFingerprint, bool IsRefreshable);

/// <summary>What determines whose login is in a config dir.</summary>
/// <param name="Applied">Fingerprint of the login in it.</param>
/// <param name="AccountId">The account that it had by the last report.</param>
/// <param name="Accounts">The accounts that it may have.</param>
/// <param name="Granted">The accounts that its agent may be given.</param>
internal sealed record ConfigDirFacts(string AgentId, string? Applied, FleetAccountId? AccountId, IReadOnlyList<ConfigDirAccount> Accounts, IReadOnlySet<FleetAccountId> Granted)
{
    /// <summary>Reads the facts inside a write, by the last report. Locks the accounts, then the agent. Null if there is no such agent.</summary>
    public static ConfigDirFacts? Load(WriteSession session, string agentId) => Load(session, agentId, session.Text(AgentSql.AppliedOf, ("agent", agentId)));

    /// <summary>The same with the login that the agent reports now.</summary>
    public static ConfigDirFacts? Load(WriteSession session, string agentId, string? applied)
    {
        var accounts = session.List(
            AgentSql.ConfigDirAccounts,
            static rows => new ConfigDirAccount(new FleetAccountId(rows.Int64(0)), rows.Text(1), rows.TextOrNull(2), rows.Text(3), rows.Text(4), rows.Bool(5)),
            ("applied", applied),
            ("agent", agentId));
        FleetAccountId? account;
        using (var rows = session.Query(AgentSql.ConfigDir, ("agent", agentId)))
        {
            if (!rows.Read())
            {
                return null;
            }

            account = FleetAccountId.Of(rows.Int64OrNull(0));
        }

        return new ConfigDirFacts(agentId, applied, account, accounts, session.List(AgentSql.GrantsOf, static rows => new FleetAccountId(rows.Int64(0)), ("agent", agentId)).ToHashSet());
    }

    /// <summary>Whether the agent holds an account's full login.</summary>
    public bool Holds(FleetAccountId accountId) => Accounts.Any(account =>
        account.AccountId == accountId && account.Holder is Holder.Agent && string.Equals(account.HolderAgent, AgentId, StringComparison.Ordinal));

    /// <summary>The facts once an account is granted to the agent, or is not.</summary>
    public ConfigDirFacts With(FleetAccountId accountId, bool granted) =>
        this with { Granted = (granted ? Granted.Append(accountId) : Granted.Where(other => other != accountId)).ToHashSet() };
}
