using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Reads the vault's accounts, and opens logins for callers that may use them.</summary>
internal sealed class VaultStore(SqliteReaders readers, VaultProtection protection, TimeProvider time)
{
    /// <summary>The maximum number of accounts in a vault.</summary>
    public const int MaxAccounts = 1000;

    /// <summary>The encryption purpose of a login: copied to another account's row, it cannot be opened.</summary>
    public static string Purpose(string key) => "login " + key;

    /// <summary>Every account, ordered by label.</summary>
    public async Task<IReadOnlyList<AccountFacts>> AllAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(VaultSql.SelectAll, Times(limit: MaxAccounts, accountId: 0), cancellationToken: cancellationToken);
        return [.. (await lease.Connection.QueryAsync<Row>(query)).Select(ToFacts)];
    }

    public async Task<AccountFacts?> FindAsync(long accountId, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(VaultSql.SelectOne, Times(limit: 1, accountId), cancellationToken: cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<Row>(query) is { } row ? ToFacts(row) : null;
    }

    public async Task<long?> FindByLabelAsync(string label, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(VaultSql.FindByLabel, new { Label = label }, cancellationToken: cancellationToken));
    }

    /// <summary>The access token for questions to the issuer about an account; null if there is no valid one. A token without a stated expiry counts as valid.</summary>
    public async Task<string?> AccessTokenAsync(string key, CancellationToken cancellationToken)
    {
        CredentialRow? row;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            var query = new CommandDefinition(VaultSql.SelectCredential, new { Key = key }, cancellationToken: cancellationToken);
            row = await lease.Connection.QuerySingleOrDefaultAsync<CredentialRow>(query);
        }

        return row is not null && Open(row.Key, row.Credential) is { } login && (login.ExpiresAt is null || row.ExpiresAt > time.GetUtcNow().ToUnixTimeMilliseconds())
            ? login.AccessToken
            : null;
    }

    /// <summary>Reads an account with its login inside a write. Null if there is no such account.</summary>
    public StoredAccount? Read(SqlConnection connection, long accountId)
    {
        using var rows = connection.Query(VaultSql.Read, (time.GetUtcNow() - TokenRule.AgentGrace).ToUnixTimeMilliseconds(), accountId);
        return rows.Read()
            ? new StoredAccount(
                accountId,
                rows.Text(0),
                rows.Text(9),
                rows.TextOrNull(10),
                rows.Text(6),
                rows.Text(2),
                rows.Text(3),
                rows.TextOrNull(4),
                rows.TextOrNull(5),
                rows.Number(7),
                rows.Number(8) != 0,
                rows.Number(11),
                UnixTime.At(rows.Number(12)),
                Open(rows.Text(0), rows.Blob(1)))
            : null;
    }

    /// <summary>Replaces the login that has the given fingerprint; false if that login is no longer stored.</summary>
    public bool Replace(SqlConnection connection, StoredAccount account, Login login, string path, string replaces)
    {
        var now = time.GetUtcNow();
        return connection.Execute(
            VaultSql.Replace,
            protection.Protect(Purpose(account.Key), login.ToBytes()),
            login.Fingerprint,
            login.AccessFingerprint,
            login.RefreshToken is not null,
            (login.ExpiresAt ?? now + RefreshAnswer.AssumedLife).ToUnixTimeMilliseconds(),
            now.ToUnixTimeMilliseconds(),
            path,
            account.AccountId,
            replaces) == 1;
    }

    /// <summary>Stores the account's organisation, as the issuer stated it, if it was unknown. Moves what quota knows about the account along with it.</summary>
    /// <returns>The account from then on: unchanged if another account of the vault already has that key, or if its login cannot be opened.</returns>
    public StoredAccount Learn(SqlConnection connection, StoredAccount account, string? organization)
    {
        if (organization is null || account is not { OrganizationUuid: null, Login: { } login } || AccountKey.Of(account.Uuid, organization) is not { } key
            || connection.Scalar(VaultSql.FindByKey, key) is not null)
        {
            return account;
        }

        connection.Execute(VaultSql.SetOrganization, key, organization, account.AccountId);
        connection.Execute(VaultSql.Reencrypt, protection.Protect(Purpose(key), login.ToBytes()), account.AccountId);
        connection.Execute(VaultSql.RenameQuota, key, account.Key);
        return account with { Key = key, OrganizationUuid = organization, Revision = account.Revision + 1 };
    }

    /// <summary>Begins a refresh. False if the vault no longer holds the login, it is on its way to an agent or has changed since, or another refresh is in progress.</summary>
    public bool TryBeginRefresh(SqlConnection connection, StoredAccount account, string intent, string actor)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return connection.Execute(VaultSql.ClaimForRefresh, account.AccountId, account.Revision, now) == 1
            && connection.Execute(VaultSql.BeginIntent, account.AccountId, intent, account.Fingerprint, actor, now) == 1;
    }

    /// <summary>Gives an agent the login, or a copy of it. False if a refresh is in progress, or the account has changed since it was read.</summary>
    public bool TryGive(SqlConnection connection, StoredAccount account, string agentId, bool whole) => whole
        ? connection.Execute(VaultSql.HandOut, account.AccountId, account.Revision, agentId, time.GetUtcNow().ToUnixTimeMilliseconds()) == 1
        : connection.Execute(VaultSql.ClaimForCopy, account.AccountId, account.Revision) == 1;

    private Login? Open(string key, byte[] credential) =>
        protection.Unprotect(Purpose(key), credential) is { } plain ? Login.Parse(plain, out _) : null;

    private object Times(int limit, long accountId)
    {
        var now = time.GetUtcNow();
        return new { Limit = limit, AccountId = accountId, Now = now.ToUnixTimeMilliseconds(), Since = (now - TokenRule.AgentGrace).ToUnixTimeMilliseconds() };
    }

    private AccountFacts ToFacts(Row row)
    {
        var login = Open(row.Key, row.Credential);
        return new AccountFacts(
            row.AccountId,
            row.Key,
            row.Uuid,
            row.Organization,
            row.Label,
            row.Email,
            row.Plan,
            row.NextCharge,
            row.FiveHourCeiling,
            row.SevenDayCeiling,
            row.Fingerprint,
            row.Refreshable != 0,
            UnixTime.At(row.ExpiresAt),
            login?.ExpiresAt is not null,
            row.Holder,
            row.HolderAgent,
            row.HolderMachine,
            UnixTime.At(row.HolderSeenAt),
            row.HolderHasIt != 0,
            row.OnItsWay != 0,
            UnixTime.At(row.HeldSince),
            UnixTime.At(row.RefreshedAt),
            row.RefreshedBy,
            row.Fault,
            UnixTime.At(row.FaultAt),
            row.Failures,
            row.Failure,
            UnixTime.At(row.RetryAt),
            UnixTime.At(row.IntentAt),
            row.InUse != 0,
            row.Exhausted != 0,
            login is not null);
    }

    private sealed class CredentialRow
    {
        public string Key { get; init; } = "";

        public byte[] Credential { get; init; } = [];

        public long ExpiresAt { get; init; }
    }

    private sealed class Row
    {
        public long AccountId { get; init; }

        public string Key { get; init; } = "";

        public string Uuid { get; init; } = "";

        public string? Organization { get; init; }

        public string Label { get; init; } = "";

        public string Email { get; init; } = "";

        public string Plan { get; init; } = "";

        public string? NextCharge { get; init; }

        public long? FiveHourCeiling { get; init; }

        public long? SevenDayCeiling { get; init; }

        public byte[] Credential { get; init; } = [];

        public string Fingerprint { get; init; } = "";

        public long Refreshable { get; init; }

        public long ExpiresAt { get; init; }

        public string Holder { get; init; } = "";

        public string? HolderAgent { get; init; }

        public string? HolderMachine { get; init; }

        public long? HolderSeenAt { get; init; }

        public long HolderHasIt { get; init; }

        public long OnItsWay { get; init; }

        public long HeldSince { get; init; }

        public long RefreshedAt { get; init; }

        public string RefreshedBy { get; init; } = "";

        public string? Fault { get; init; }

        public long? FaultAt { get; init; }

        public long Failures { get; init; }

        public string? Failure { get; init; }

        public long? RetryAt { get; init; }

        public long? IntentAt { get; init; }

        public long InUse { get; init; }

        public long Exhausted { get; init; }
    }
}

/// <summary>An account as read inside a write.</summary>
/// <param name="InUse">A session uses it, or may.</param>
/// <param name="Revision">Compared when a decision that is based on this is written.</param>
/// <param name="Login">Null if the key ring lacks its key.</param>
internal sealed record StoredAccount(
    long AccountId,
    string Key,
    string Uuid,
    string? OrganizationUuid,
    string Label,
    string Fingerprint,
    string Holder,
    string? HolderAgent,
    string? Fault,
    long Failures,
    bool InUse,
    long Revision,
    DateTimeOffset RefreshedAt,
    Login? Login);
