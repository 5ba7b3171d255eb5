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
/// <param name="ConfigDirId">What it calls its config dir. Nobody has verified it.</param>
/// <param name="KeyFingerprint">Of its two keys, as its own enrolment printed it.</param>
/// <param name="MustEnrolAgain">It does not know the key that commands are signed with now.</param>
/// <param name="Applied">Fingerprint of the login in its config dir.</param>
/// <param name="AccountId">Whose that is; null where it is none of the vault's, or of one that was not granted to it.</param>
/// <param name="ClaimedAccount">The account whose fingerprint it says stands there, where it may not have that; nothing goes by it.</param>
/// <param name="PendingAccount">The account of a command that is not settled.</param>
/// <param name="Granted">Accounts that it may be given.</param>
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

/// <summary>Agents, as the admin deals with them: codes, grants, their end.</summary>
internal sealed class AgentStore(SqliteReaders readers, GroupCommitWriter writer, AgentDirectory directory, ReceiverSigning signing, IChangeFeed changes, TimeProvider time)
{
    /// <summary>Agents that are kept, revoked ones among them.</summary>
    public const int MaxAgents = 20_000;

    /// <summary>Codes that wait to be used.</summary>
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
            DateTimeOffset.FromUnixTimeMilliseconds(row.EnrolledAt),
            At(row.RevokedAt),
            At(row.LastSeenAt),
            row.Login,
            row.Applied,
            row.AccountId,
            row.ClaimedAccount,
            row.HasSessions != 0,
            At(row.LastSwitchAt),
            row.PendingAccount,
            grants[row.AgentId].ToHashSet()))];
    }

    /// <summary>A code that makes one new agent on a machine. It is shown this once and kept as its hash.</summary>
    /// <returns>Null where the machine's name is none, too many codes wait, or the database cannot be written.</returns>
    public Task<string?> NewCodeAsync(string machine, AuditActor actor)
    {
        machine = machine.Trim();
        return IsMachine(machine) ? MakeCodeAsync(_ => machine, agentId: null, actor) : Task.FromResult<string?>(null);
    }

    /// <summary>A code that gives an agent new keys, and takes from it what it was granted. A revoked one comes back by it.</summary>
    /// <returns>Null where there is no such agent, too many codes wait, or the database cannot be written.</returns>
    public Task<string?> NewCodeForAsync(string agentId, AuditActor actor) => MakeCodeAsync(
        connection =>
        {
            using var rows = connection.Query(AgentSql.MachineOf, agentId);
            return rows.Read() ? rows.Text(0) : null;
        },
        agentId,
        actor);

    /// <summary>What people compare when they enrol an agent: see <see cref="KeyFingerprint"/>. Null where the database cannot be written.</summary>
    public async Task<string?> ReceiverFingerprintAsync()
    {
        var written = await writer.WriteAsync(signing.Fingerprint);
        return written.Status == WriteStatus.Committed ? written.Value : null;
    }

    public static bool IsMachine(string machine) => SafeDisplayText.Is(machine, FleetLimits.MaxMachine);

    /// <summary>Lets an agent be given an account, or no longer. False where one of them is not there.</summary>
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

    /// <summary>Ends an agent at once, and what it was granted. What its config dir holds stays there: an account that it was given needs a new login.</summary>
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

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

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
