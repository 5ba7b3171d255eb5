using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

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
    long? AccountId,
    long? ClaimedAccount,
    bool HasSessions,
    DateTimeOffset? LastSwitchAt,
    long? PendingAccount,
    IReadOnlySet<long> Granted);

/// <summary>Manages agents for the admin: codes, grants and revocation.</summary>
internal sealed class AgentStore(SqliteReaders readers, GroupCommitWriter writer, AgentDirectory directory, ReceiverSigning signing, IChangeFeed changes, TimeProvider time)
{
    /// <summary>The maximum number of agents, including revoked ones.</summary>
    public const int MaxAgents = 20_000;

    /// <summary>The maximum number of unused codes.</summary>
    public const int MaxCodes = 1000;

    public static readonly TimeSpan CodeLifetime = TimeSpan.FromHours(1);

    public async Task<IReadOnlyList<AgentFacts>> AllAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<Row>(new CommandDefinition(AgentSql.SelectAll, new { Limit = MaxAgents }, cancellationToken: cancellationToken));
        var grants = (await lease.Connection.QueryAsync<GrantRow>(new CommandDefinition(AgentSql.SelectGrants, cancellationToken: cancellationToken)))
            .ToLookup(grant => grant.AgentId, grant => grant.AccountId, StringComparer.Ordinal);
        return [.. rows.Select(row => new AgentFacts(
            row.AgentId,
            row.Machine,
            row.ConfigDirId,
            row.Platform,
            row.Version,
            KeyFingerprint.Of(row.SigningKey, row.SealingKey),
            row.ReceiverKey is null || !string.Equals(row.ReceiverKey, row.CurrentKey, StringComparison.Ordinal),
            UnixTime.At(row.EnrolledAt),
            UnixTime.At(row.RevokedAt),
            UnixTime.At(row.LastSeenAt),
            row.Login,
            row.Applied,
            row.AccountId,
            row.ClaimedAccount,
            row.HasSessions != 0,
            UnixTime.At(row.LastSwitchAt),
            row.PendingAccount,
            grants[row.AgentId].ToHashSet()))];
    }

    /// <summary>Creates a code that enrols one new agent on a machine. It is shown only this once and stored as a hash.</summary>
    /// <returns>Null if the machine's name is invalid, there are too many unused codes, or the database cannot be written to.</returns>
    public Task<string?> NewCodeAsync(string machine, AuditActor actor)
    {
        machine = machine.Trim();
        return IsMachine(machine) ? MakeCodeAsync(_ => machine, agentId: null, actor) : Task.FromResult<string?>(null);
    }

    /// <summary>Creates a code that gives an agent new keys and withdraws its grants. It also brings back a revoked agent.</summary>
    /// <returns>Null if there is no such agent, there are too many unused codes, or the database cannot be written to.</returns>
    public Task<string?> NewCodeForAsync(string agentId, AuditActor actor) => MakeCodeAsync(
        connection =>
        {
            using var rows = connection.Query(AgentSql.MachineOf, agentId);
            return rows.Read() ? rows.Text(0) : null;
        },
        agentId,
        actor);

    /// <summary>The fingerprint that people compare when they enrol an agent: see <see cref="KeyFingerprint"/>. Null if the database cannot be written to.</summary>
    public async Task<string?> ReceiverFingerprintAsync()
    {
        var written = await writer.WriteAsync(signing.Fingerprint);
        return written.Status == WriteStatus.Committed ? written.Value : null;
    }

    public static bool IsMachine(string machine) => SafeDisplayText.Is(machine, FleetLimits.MaxMachine);

    /// <summary>Grants an account to an agent, or withdraws it. False if either does not exist.</summary>
    public Task<bool> GrantAsync(string agentId, long accountId, bool granted, AuditActor actor) => ChangeAsync(connection =>
    {
        using (var rows = connection.Query(VaultSql.HasAccount, accountId))
        {
            if (!rows.Read())
            {
                return false;
            }
        }

        if (connection.Scalar(AgentSql.CountOf, agentId) == 0)
        {
            return false;
        }

        _ = granted
            ? connection.Execute(AgentSql.Grant, agentId, accountId, time.GetUtcNow().ToUnixTimeMilliseconds())
            : connection.Execute(AgentSql.Withdraw, agentId, accountId);
        AgentPresenceWriter.Review(connection, agentId, time.GetUtcNow());
        FleetAudit.Write(connection, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Grant, granted ? FleetAccess.Done : "withdrawn", accountId, agentId));
        return true;
    });

    /// <summary>Revokes an agent and its grants at once. The login in its config dir stays there: an account that it holds needs a new login.</summary>
    public Task<bool> RevokeAsync(string agentId, AuditActor actor) => ChangeAsync(connection =>
    {
        var now = time.GetUtcNow();
        if (connection.Execute(AgentSql.Revoke, now.ToUnixTimeMilliseconds(), agentId) == 0)
        {
            return false;
        }

        connection.Execute(AgentSql.WithdrawAll, agentId);
        OpenCommand.EndUndelivered(connection, agentId, "revoked", now);
        AgentPresenceWriter.Review(connection, agentId, now);
        FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Revoke, FleetAccess.Done, AgentId: agentId));
        return true;
    });

    private async Task<string?> MakeCodeAsync(Func<SqlConnection, string?> machineOf, string? agentId, AuditActor actor)
    {
        var code = "fcode_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var written = await writer.WriteAsync(connection =>
        {
            var now = time.GetUtcNow();
            connection.Execute(AgentSql.PruneCodes, now.ToUnixTimeMilliseconds());
            if (connection.Scalar(AgentSql.CountCodes, now.ToUnixTimeMilliseconds()) >= MaxCodes || machineOf(connection) is not { } machine)
            {
                return false;
            }

            connection.Execute(AgentSql.InsertCode, SecretToken.Hash(code), machine, agentId, now.ToUnixTimeMilliseconds(), (now + CodeLifetime).ToUnixTimeMilliseconds());
            FleetAudit.Write(connection, now, new FleetAccess(actor, FleetAction.Code, FleetAccess.Done, AgentId: agentId, Detail: agentId is null ? machine : "new keys"));
            return true;
        });
        return written is { Status: WriteStatus.Committed, Value: true } ? code : null;
    }

    private async Task<bool> ChangeAsync(Func<SqlConnection, bool> change)
    {
        var written = await writer.WriteAsync(change);
        directory.Forget();
        changes.Publish(FleetFeature.Topic);
        return written is { Status: WriteStatus.Committed, Value: true };
    }

    private sealed class GrantRow
    {
        public string AgentId { get; init; } = "";

        public long AccountId { get; init; }
    }

    private sealed class Row
    {
        public string AgentId { get; init; } = "";

        public string Machine { get; init; } = "";

        public string ConfigDirId { get; init; } = "";

        public string Platform { get; init; } = "";

        public string Version { get; init; } = "";

        public string SigningKey { get; init; } = "";

        public string SealingKey { get; init; } = "";

        public string? ReceiverKey { get; init; }

        public string? CurrentKey { get; init; }

        public long? ClaimedAccount { get; init; }

        public long EnrolledAt { get; init; }

        public long? RevokedAt { get; init; }

        public long? LastSeenAt { get; init; }

        public string? Login { get; init; }

        public string? Applied { get; init; }

        public long? AccountId { get; init; }

        public long HasSessions { get; init; }

        public long? LastSwitchAt { get; init; }

        public long? PendingAccount { get; init; }
    }
}
