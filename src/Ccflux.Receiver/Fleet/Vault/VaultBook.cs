using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Reads the vault's accounts, and opens logins for those who may use them.</summary>
internal sealed class VaultBook(SqliteReaders readers, VaultProtection protection, TimeProvider time)
{
    /// <summary>Accounts that a vault holds at most.</summary>
    public const int MaxAccounts = 1000;

    /// <summary>What a login is encrypted for: taken to another account's row, it does not open.</summary>
    public static string Purpose(string uuid) => "login " + uuid;

    /// <summary>Every account, in the order of its label.</summary>
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

    /// <summary>The access token to ask the issuer about an account with; null where there is none that holds.</summary>
    public async Task<string?> AccessTokenAsync(string uuid, CancellationToken cancellationToken)
    {
        CredentialRow? row;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            var query = new CommandDefinition(VaultSql.SelectCredential, new { Uuid = uuid, Now = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken);
            row = await lease.Connection.QuerySingleOrDefaultAsync<CredentialRow>(query);
        }

        return row is null ? null : Open(row.Uuid, row.Credential)?.AccessToken;
    }

    /// <summary>An account as a write finds it, with its login. Null where there is none such.</summary>
    public StoredAccount? Read(SqlConnection connection, long accountId)
    {
        using var rows = connection.Query(VaultSql.Read, (time.GetUtcNow() - TokenRule.AgentPatience).ToUnixTimeMilliseconds(), accountId);
        return rows.Read()
            ? new StoredAccount(
                accountId,
                rows.Text(0),
                rows.Text(6),
                rows.Text(2),
                rows.Text(3),
                rows.TextOrNull(4),
                rows.TextOrNull(5),
                rows.Number(7),
                rows.Number(8) != 0,
                Open(rows.Text(0), rows.Blob(1)))
            : null;
    }

    /// <summary>Stores a login in the place of the one with the fingerprint that it replaces; false where that is not there any more.</summary>
    public bool Replace(SqlConnection connection, StoredAccount account, Login login, string path, string replaces) => connection.Execute(
        VaultSql.Replace,
        protection.Protect(Purpose(account.Uuid), login.ToBytes()),
        login.Fingerprint,
        login.AccessFingerprint,
        login.RefreshToken is not null,
        login.ExpiresAt.ToUnixTimeMilliseconds(),
        time.GetUtcNow().ToUnixTimeMilliseconds(),
        path,
        account.AccountId,
        replaces) == 1;

    private Login? Open(string uuid, byte[] credential) =>
        protection.Unprotect(Purpose(uuid), credential) is { } plain ? Login.Parse(plain, out _) : null;

    private object Times(int limit, long accountId)
    {
        var now = time.GetUtcNow();
        return new { Limit = limit, AccountId = accountId, Now = now.ToUnixTimeMilliseconds(), Since = (now - TokenRule.AgentPatience).ToUnixTimeMilliseconds() };
    }

    private AccountFacts ToFacts(Row row) => new(
        row.AccountId,
        row.Uuid,
        row.Label,
        row.Email,
        row.Plan,
        row.NextCharge,
        row.FiveHourCeiling,
        row.SevenDayCeiling,
        row.Fingerprint,
        row.Refreshable != 0,
        At(row.ExpiresAt),
        row.Holder,
        row.HolderAgent,
        row.HolderMachine,
        AtOrNull(row.HolderSeenAt),
        row.HolderHasIt != 0,
        row.OnItsWay != 0,
        At(row.HeldSince),
        At(row.RefreshedAt),
        row.RefreshedBy,
        row.Fault,
        AtOrNull(row.FaultAt),
        row.Failures,
        row.Failure,
        AtOrNull(row.RetryAt),
        AtOrNull(row.IntentAt),
        row.InUse != 0,
        row.Exhausted != 0,
        Open(row.Uuid, row.Credential) is not null);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? AtOrNull(long? milliseconds) => milliseconds is { } value ? At(value) : null;

    private sealed class CredentialRow
    {
        public string Uuid { get; init; } = "";

        public byte[] Credential { get; init; } = [];
    }

    private sealed class Row
    {
        public long AccountId { get; init; }

        public string Uuid { get; init; } = "";

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

/// <summary>An account inside a write.</summary>
/// <param name="InUse">A session lives on it, or may.</param>
/// <param name="Login">Null where the key ring lacks its key.</param>
internal sealed record StoredAccount(
    long AccountId, string Uuid, string Label, string Fingerprint, string Holder, string? HolderAgent, string? Fault, long Failures, bool InUse, Login? Login);
