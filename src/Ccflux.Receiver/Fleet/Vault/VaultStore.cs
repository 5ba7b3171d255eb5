using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Reads the vault's accounts, and opens logins for callers that may use them.</summary>
internal sealed class VaultStore(ReadSessions readers, VaultProtection protection, TimeProvider time)
{
    /// <summary>The maximum number of accounts in a vault.</summary>
    public const int MaxAccounts = 1000;

    /// <summary>The encryption purpose of a login: copied to another account's row, it cannot be opened.</summary>
    public static string Purpose(string key) => "login " + key;

    /// <summary>Every account, ordered by label.</summary>
    public async Task<IReadOnlyList<AccountFacts>> AllAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var now = time.GetUtcNow();
        return session.List(VaultSql.SelectAll, ToFacts, ("now", now.ToUnixTimeMilliseconds()), ("since", Since(now)), ("limit", MaxAccounts));
    }

    public async Task<AccountFacts?> FindAsync(FleetAccountId accountId, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var now = time.GetUtcNow();
        return session.First(VaultSql.SelectOne, ToFacts, ("now", now.ToUnixTimeMilliseconds()), ("since", Since(now)), ("account", accountId.Value));
    }

    public async Task<FleetAccountId?> FindByLabelAsync(string label, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return FleetAccountId.Of(session.Scalar(VaultSql.FindByLabel, ("label", label)));
    }

    /// <summary>The access token for questions to the issuer about an account; null if there is no valid one. A token without a stated expiry counts as valid.</summary>
    public async Task<string?> AccessTokenAsync(string key, CancellationToken cancellationToken)
    {
        StoredCredential? stored;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            stored = session.First(VaultSql.SelectCredential, static rows => new StoredCredential(rows.Text(0), rows.Blob(1), rows.Int64(2)), ("key", key));
        }

        return stored is not null
            && Open(stored.Key, stored.Credential) is { } login
            && (login.ExpiresAt is null || stored.ExpiresAt > time.GetUtcNow().ToUnixTimeMilliseconds())
            ? login.AccessToken
            : null;
    }

    /// <summary>Reads an account with its login inside a write, and locks its row until the write ends. Null if there is no such account.</summary>
    public StoredAccount? Read(WriteSession session, FleetAccountId accountId)
    {
        using var rows = session.Query(VaultSql.Read, ("account", accountId.Value));
        return rows.Read()
            ? new StoredAccount(
                accountId,
                rows.Text(0),
                rows.Text(8),
                rows.TextOrNull(9),
                rows.Text(6),
                rows.Text(2),
                rows.Text(3),
                rows.TextOrNull(4),
                rows.TextOrNull(5),
                rows.Int64(7),
                rows.Int64(10),
                UnixTime.At(rows.Int64(11)),
                Open(rows.Text(0), rows.Blob(1)))
            : null;
    }

    /// <summary>Whether a session uses an account's login, or may. Must be called inside a write.</summary>
    public bool IsInUse(WriteSession session, FleetAccountId accountId) =>
        session.Scalar(VaultSql.CountUsers, ("account", accountId.Value), ("since", Since(time.GetUtcNow()))) > 0;

    /// <summary>Replaces an account's login, unless another one has replaced it since it was read.</summary>
    public void Replace(WriteSession session, StoredAccount account, Login login, string path)
    {
        var now = time.GetUtcNow();
        session.Execute(
            VaultSql.Replace,
            ("credential", protection.Protect(Purpose(account.Key), login.ToBytes())),
            ("fingerprint", login.Fingerprint),
            ("access_fingerprint", login.AccessFingerprint),
            ("refreshable", login.RefreshToken is not null),
            ("expires_at", (login.ExpiresAt ?? now + RefreshAnswer.AssumedLife).ToUnixTimeMilliseconds()),
            ("now", now.ToUnixTimeMilliseconds()),
            ("path", path),
            ("account", account.AccountId.Value),
            ("replaces", account.Fingerprint));
    }

    /// <summary>The key that an account gets when its issuer states its organisation. Must be called inside a write.</summary>
    /// <returns>Null if it keeps its key: nothing was stated, the organisation is known, or another account of the vault has that key.</returns>
    public static string? FindNewKey(WriteSession session, StoredAccount account, string? organization) =>
        account.KeyIn(organization) is { } key && session.Scalar(VaultSql.FindByKey, ("key", key)) is null ? key : null;

    /// <summary>Stores the account's organisation, as the issuer stated it. Moves what quota knows about the account along with it.</summary>
    /// <param name="session">The write's.</param>
    /// <param name="account">As it was read.</param>
    /// <param name="login">The login that is stored now; it is encrypted for the new key.</param>
    /// <param name="key">From <see cref="FindNewKey"/>.</param>
    /// <param name="organization">The issuer's id of it.</param>
    public void Learn(WriteSession session, StoredAccount account, Login login, string key, string organization)
    {
        session.Execute(VaultSql.SetOrganization, ("key", key), ("organization", organization), ("account", account.AccountId.Value));
        session.Execute(VaultSql.Reencrypt, ("credential", protection.Protect(Purpose(key), login.ToBytes())), ("account", account.AccountId.Value));
        session.Execute(VaultSql.RenameQuota, ("key", key), ("former_key", account.Key));
    }

    /// <summary>Begins a refresh. False if the vault no longer holds the login, it is on its way to an agent or has changed since, or another refresh is in progress.</summary>
    public bool TryBeginRefresh(WriteSession session, StoredAccount account, string intent, string actor)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return session.Execute(VaultSql.ClaimForRefresh, ("account", account.AccountId.Value), ("revision", account.Revision), ("now", now)) == 1
            && session.Execute(
                VaultSql.BeginIntent,
                ("account", account.AccountId.Value),
                ("intent", intent),
                ("fingerprint", account.Fingerprint),
                ("begun_by", actor),
                ("now", now)) == 1;
    }

    /// <summary>Gives an agent the login, or a copy of it. False if a refresh is in progress, or the account has changed since it was read.</summary>
    public bool TryGive(WriteSession session, StoredAccount account, string agentId, bool whole) => whole
        ? session.Execute(
            VaultSql.HandOut,
            ("account", account.AccountId.Value),
            ("revision", account.Revision),
            ("agent", agentId),
            ("now", time.GetUtcNow().ToUnixTimeMilliseconds())) == 1
        : session.Execute(VaultSql.ClaimForCopy, ("account", account.AccountId.Value), ("revision", account.Revision)) == 1;

    private Login? Open(string key, byte[] credential) =>
        protection.Unprotect(Purpose(key), credential) is { } plain ? Login.Parse(plain, out _) : null;

    /// <summary>An agent that was last seen before then does not count.</summary>
    private static long Since(DateTimeOffset now) => (now - TokenRule.AgentGrace).ToUnixTimeMilliseconds();

    private AccountFacts ToFacts(Rows rows)
    {
        var key = rows.Text(1);
        var login = Open(key, rows.Blob(10));
        return new AccountFacts(
            new FleetAccountId(rows.Int64(0)),
            key,
            rows.Text(2),
            rows.TextOrNull(3),
            rows.Text(4),
            rows.Text(5),
            rows.Text(6),
            rows.TextOrNull(7),
            rows.Int64OrNull(8),
            rows.Int64OrNull(9),
            rows.Text(11),
            rows.Bool(12),
            UnixTime.At(rows.Int64(13)),
            login?.ExpiresAt is not null,
            rows.Text(14),
            rows.TextOrNull(15),
            rows.TextOrNull(16),
            UnixTime.At(rows.Int64OrNull(17)),
            rows.Bool(18),
            rows.Bool(19),
            UnixTime.At(rows.Int64(20)),
            UnixTime.At(rows.Int64(21)),
            rows.Text(22),
            rows.TextOrNull(23),
            UnixTime.At(rows.Int64OrNull(24)),
            rows.Int64(25),
            rows.TextOrNull(26),
            UnixTime.At(rows.Int64OrNull(27)),
            UnixTime.At(rows.Int64OrNull(28)),
            rows.Bool(29),
            rows.Bool(30),
            login is not null);
    }

    private sealed record StoredCredential(string Key, byte[] Credential, long ExpiresAt);
}

/// <summary>An account as read inside a write.</summary>
/// <param name="Revision">Compared when a decision that is based on this is written.</param>
/// <param name="Login">Null if the key ring lacks its key.</param>
internal sealed record StoredAccount(
    FleetAccountId AccountId,
    string Key,
    string Uuid,
    string? OrganizationUuid,
    string Label,
    string Fingerprint,
    string Holder,
    string? HolderAgent,
    string? Fault,
    long Failures,
    long Revision,
    DateTimeOffset RefreshedAt,
    Login? Login)
{
    /// <summary>Whether an agent holds the full login.</summary>
    public bool IsHeldBy(string agentId) => Holder is Vault.Holder.Agent && string.Equals(HolderAgent, agentId, StringComparison.Ordinal);

    /// <summary>Its key in an organisation; null if there is nothing to learn, because the organisation is known or was not stated.</summary>
    public string? KeyIn(string? organization) => organization is not null && OrganizationUuid is null ? AccountKey.Of(Uuid, organization) : null;
}
