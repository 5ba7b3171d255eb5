using System.Collections.Frozen;
using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>An agent as pages and rotation see it.</summary>
/// <param name="ConfigDirId">The agent's own id for its config dir. Not verified.</param>
/// <param name="KeyFingerprint">Of both its keys, as printed at its enrolment.</param>
/// <param name="MustEnrolAgain">It does not know the key that commands are now signed with.</param>
/// <param name="Applied">Fingerprint of the login in its config dir.</param>
/// <param name="AccountId">The account of that login; null if it is not in the vault or not granted to this agent.</param>
/// <param name="ClaimedAccount">The account whose fingerprint it reports without being allowed to have it; nothing relies on it.</param>
/// <param name="PendingAccount">The account of a command that is not settled.</param>
/// <param name="Granted">The accounts that it may be given.</param>
internal sealed record AgentFacts(
    string AgentId,
    string Machine,
    string ConfigDirId,
    string Platform,
    string Version,
    string KeyFingerprint,
    bool MustEnrolAgain,
    DateTimeOffset EnrolledAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastSeenAt,
    string? Login,
    string? Applied,
    FleetAccountId? AccountId,
    FleetAccountId? ClaimedAccount,
    bool HasSessions,
    DateTimeOffset? LastSwitchAt,
    FleetAccountId? PendingAccount,
    IReadOnlySet<FleetAccountId> Granted);

/// <summary>Manages agents for the admin: codes, grants and revocation.</summary>
internal sealed class AgentStore(ReadSessions readers, GroupCommitWriter writer, AgentDirectory directory, ReceiverSigning signing, IChangeFeed changes, TimeProvider time)
{
    /// <summary>The maximum number of agents, including revoked ones.</summary>
    public const int MaxAgents = 20_000;

    /// <summary>The maximum number of unused codes.</summary>
    public const int MaxCodes = 1000;

    public static readonly TimeSpan CodeLifetime = TimeSpan.FromHours(1);

    public async Task<IReadOnlyList<AgentFacts>> AllAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var agents = session.List(AgentSql.SelectAll, Facts, ("limit", MaxAgents));
        var grants = session.List(AgentSql.SelectGrants, static rows => (Agent: rows.Text(0), Account: new FleetAccountId(rows.Int64(1))))
            .ToLookup(grant => grant.Agent, grant => grant.Account, StringComparer.Ordinal);
        return [.. agents.Select(agent => agent with { Granted = grants[agent.AgentId].ToHashSet() })];
    }

    /// <summary>Creates a code that enrols one new agent on a machine. It is shown only this once and stored as a hash.</summary>
    /// <returns>Null if the machine's name is invalid, there are too many unused codes, or the database cannot be written to.</returns>
    public Task<string?> NewCodeAsync(string machine, Actor actor)
    {
        machine = machine.Trim();
        return IsMachine(machine) ? MakeCodeAsync(_ => machine, agentId: null, actor) : Task.FromResult<string?>(null);
    }

    /// <summary>Creates a code that gives an agent new keys and withdraws its grants. It also brings back a revoked agent.</summary>
    /// <returns>Null if there is no such agent, there are too many unused codes, or the database cannot be written to.</returns>
    public Task<string?> NewCodeForAsync(string agentId, Actor actor) =>
        MakeCodeAsync(session => session.Text(AgentSql.MachineOf, ("agent", agentId)), agentId, actor);

    /// <summary>The fingerprint that people compare when they enrol an agent: see <see cref="KeyFingerprint"/>. Null if the database cannot be written to.</summary>
    public async Task<string?> ReceiverFingerprintAsync()
    {
        var written = await writer.WriteAsync(signing.Fingerprint);
        return written.Value;
    }

    public static bool IsMachine(string machine) => SafeDisplayText.Is(machine, FleetLimits.MaxMachine);

    /// <summary>Grants an account to an agent, or withdraws it. False if either does not exist.</summary>
    public Task<bool> GrantAsync(string agentId, FleetAccountId accountId, bool granted, Actor actor) => ChangeAsync(session =>
    {
        if (!session.Any(VaultSql.HasAccount, ("account", accountId.Value)) || ConfigDirFacts.Load(session, agentId) is not { } configDir)
        {
            return false;
        }

        // Whose login is in its config dir may be another question now.
        var now = time.GetUtcNow();
        var decision = AdoptionRule.Decide(configDir.With(accountId, granted));
        _ = granted
            ? session.Execute(AgentSql.Grant, ("agent", agentId), ("account", accountId.Value), ("now", now.ToUnixTimeMilliseconds()))
            : session.Execute(AgentSql.Withdraw, ("agent", agentId), ("account", accountId.Value));
        AgentPresenceWriter.Adopt(session, configDir, decision, now);
        session.Execute(AgentSql.SetAccount, ("account", decision.AccountId?.Value), ("now", now.ToUnixTimeMilliseconds()), ("agent", agentId));
        FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Grant, granted ? FleetAccess.Done : "withdrawn", accountId, agentId));
        return true;
    });

    /// <summary>Revokes an agent and its grants at once. The login in its config dir stays there: an account that it holds needs a new login.</summary>
    public Task<bool> RevokeAsync(string agentId, Actor actor) => ChangeAsync(session =>
    {
        var now = time.GetUtcNow();
        if (GrantWithdrawal.Plan(session, agentId) is not { } withdrawal || session.Execute(AgentSql.Revoke, ("now", now.ToUnixTimeMilliseconds()), ("agent", agentId)) == 0)
        {
            return false;
        }

        GrantWithdrawal.Save(session, agentId, withdrawal, "revoked", now);
        FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Revoke, FleetAccess.Done, AgentId: agentId));
        return true;
    });

    private async Task<string?> MakeCodeAsync(Func<WriteSession, string?> machineOf, string? agentId, Actor actor)
    {
        var code = "fcode_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var written = await writer.WriteAsync(session =>
        {
            var now = time.GetUtcNow();
            session.Execute(AgentSql.PruneCodes, ("now", now.ToUnixTimeMilliseconds()));
            if (session.Scalar(AgentSql.CountCodes, ("now", now.ToUnixTimeMilliseconds())) >= MaxCodes || machineOf(session) is not { } machine)
            {
                return false;
            }

            session.Execute(
                AgentSql.InsertCode,
                ("hash", SecretToken.Hash(code)),
                ("machine", machine),
                ("agent", agentId),
                ("now", now.ToUnixTimeMilliseconds()),
                ("expires_at", (now + CodeLifetime).ToUnixTimeMilliseconds()));
            FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Code, FleetAccess.Done, AgentId: agentId, Detail: agentId is null ? machine : "new keys"));
            return true;
        });
        return written.Or(false) ? code : null;
    }

    private async Task<bool> ChangeAsync(Func<WriteSession, bool> change)
    {
        var written = await writer.WriteAsync(change);
        directory.Forget();
        changes.Publish(FleetFeature.Topic);
        return written.Or(false);
    }

    /// <summary>Reads a row of <see cref="AgentSql.SelectAll"/>; the grants come from another query.</summary>
    private static AgentFacts Facts(Rows rows) => new(
        rows.Text(0),
        rows.Text(1),
        rows.Text(2),
        rows.Text(3),
        rows.Text(4),
        KeyFingerprint.Of(rows.Text(5), rows.Text(6)),
        rows.TextOrNull(7) is not { } receiverKey || !string.Equals(receiverKey, rows.TextOrNull(16), StringComparison.Ordinal),
        UnixTime.At(rows.Int64(8)),
        UnixTime.At(rows.Int64OrNull(9)),
        UnixTime.At(rows.Int64OrNull(10)),
        rows.TextOrNull(11),
        rows.TextOrNull(12),
        FleetAccountId.Of(rows.Int64OrNull(13)),
        FleetAccountId.Of(rows.Int64OrNull(15)),
        rows.Bool(14),
        UnixTime.At(rows.Int64OrNull(17)),
        FleetAccountId.Of(rows.Int64OrNull(18)),
        FrozenSet<FleetAccountId>.Empty);
}
