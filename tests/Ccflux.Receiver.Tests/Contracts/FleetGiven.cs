using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Accounts of the vault and agents, made as people and agents make them.</summary>
internal static class FleetGiven
{
    /// <summary>How long an access token lives, unless a test says otherwise.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(8);

    /// <summary>The fingerprint of a full login with these tokens.</summary>
    public static string Full(string tokens) => CredentialFingerprint.Of("refresh-" + tokens);

    /// <summary>The fingerprint of a copy of it, which has no refresh token.</summary>
    public static string Copy(string tokens) => CredentialFingerprint.Of("access-" + tokens);

    /// <summary>A login as its client keeps it.</summary>
    /// <param name="tokens">Printable ASCII without spaces: its tokens are made of it.</param>
    /// <param name="person">The account that it names.</param>
    /// <param name="organization">The organisation that it names, if any.</param>
    /// <param name="expiresAt">Null: it does not say.</param>
    public static byte[] Login(string tokens, string person, string? organization, DateTimeOffset? expiresAt)
    {
        var login = new JsonObject
        {
            ["accessToken"] = "access-" + tokens,
            ["refreshToken"] = "refresh-" + tokens,
            ["subscriptionType"] = "max",
            ["accountUuid"] = person,
        };
        if (organization is not null)
        {
            login["organizationUuid"] = organization;
        }

        if (expiresAt is { } end)
        {
            login["expiresAt"] = end.ToUnixTimeMilliseconds();
        }

        return JsonSerializer.SerializeToUtf8Bytes(login);
    }

    public static Task<ImportResult> ImportAsync(this TestDatabase database, string label, byte[] login, bool vaultOnly = true) =>
        database.Store<AccountImport>().ImportAsync(label, login, vaultOnly, Given.Admin, ContractTests.Token);

    /// <summary>An account with a login that the receiver renews.</summary>
    /// <param name="database">Where.</param>
    /// <param name="tokens">Of its login.</param>
    /// <param name="label">By default the same.</param>
    /// <param name="organization">Null: unknown.</param>
    /// <param name="life">Of its access token.</param>
    /// <returns>The account's id. Its person is <c>person-TOKENS</c>.</returns>
    public static async Task<FleetAccountId> VaultAccountAsync(this TestDatabase database, string tokens, string? label = null, string? organization = "org", TimeSpan? life = null)
    {
        var imported = await database.ImportAsync(label ?? tokens, Login(tokens, "person-" + tokens, organization, database.Time.GetUtcNow() + (life ?? Life)));
        Assert.True(imported.AccountId is not null, imported.Message);
        return imported.AccountId.Value;
    }

    /// <summary>A row of the vault whose login cannot be opened, for texts that look at rows alone.</summary>
    public static async Task<FleetAccountId> BareAccountAsync(this TestDatabase database, string key, string uuid, string? organization, string fingerprint,
        string? access = null) => new(await database.InsertAsync(
        VaultSql.Import,
        ("key", key), ("uuid", uuid), ("organization", organization), ("label", "account " + key), ("email", ""), ("plan", ""), ("credential", new byte[] { 1 }),
        ("fingerprint", fingerprint), ("access_fingerprint", access ?? "copy of " + fingerprint), ("refreshable", true), ("expires_at", database.Now),
        ("holder", Holder.Vault), ("now", database.Now)));

    public static async Task<AccountFacts> FactsAsync(this TestDatabase database, FleetAccountId account) =>
        (await database.Store<VaultStore>().FindAsync(account, ContractTests.Token))!;

    /// <returns>How often the account was changed or claimed.</returns>
    public static async Task<long> RevisionAsync(this TestDatabase database, FleetAccountId account) =>
        (await database.ScalarAsync("SELECT revision FROM fleet_accounts WHERE account_id = @account", ("account", account.Value)))!.Value;

    /// <summary>An enrolled agent.</summary>
    /// <param name="database">Where.</param>
    /// <param name="machine">Its machine.</param>
    /// <param name="granted">The accounts that it may have.</param>
    /// <returns>The agent's id.</returns>
    public static async Task<string> AgentAsync(this TestDatabase database, string machine, params FleetAccountId[] granted)
    {
        var code = await database.Store<AgentStore>().NewCodeAsync(machine, Given.Admin);
        var agent = (await database.EnrolAsync(code!, machine)).Reply!.AgentId;
        foreach (var account in granted)
        {
            Assert.True(await database.Store<AgentStore>().GrantAsync(agent, account, granted: true, Given.Admin));
        }

        return agent;
    }

    public static async Task<EnrolOutcome> EnrolAsync(this TestDatabase database, string code, string machine, string? signingKey = null)
    {
        using var key = CredentialSeal.NewKey();
        var written = await database.Store<Enrolment>().EnrolAsync(
            new EnrolRequest
            {
                Code = code,
                SigningKey = signingKey ?? "signing key of " + machine,
                SealingKey = CredentialSeal.PublicKeyOf(key),
                Machine = machine,
                Platform = "linux",
                ConfigDirId = "0123456789abcdef",
                Version = "0.2.0",
            },
            "192.0.2.9");
        Assert.Equal(WriteStatus.Committed, written.Status);
        return written.Value!;
    }

    /// <summary>A row of an agent with a chosen id.</summary>
    public static Task<int> BareAgentAsync(this TestDatabase database, string id, string machine, long enrolledAt = 1, string? receiverKey = null) => database.ExecuteAsync(
        AgentSql.Insert,
        ("agent", id), ("machine", machine), ("config_dir", "0123456789abcdef"), ("platform", "linux"), ("version", "0.2.0"), ("signing_key", "signing"),
        ("sealing_key", "sealing"), ("receiver_key", receiverKey), ("now", enrolledAt));

    public static async Task<EnrolledAgent> EnrolledAsync(this TestDatabase database, string agent) =>
        (await database.Store<AgentDirectory>().ReadAsync(agent, ContractTests.Token))!;

    public static async Task<AgentFacts> AgentFactsAsync(this TestDatabase database, string agent) =>
        (await database.Store<AgentStore>().AllAsync(ContractTests.Token)).Single(facts => string.Equals(facts.AgentId, agent, StringComparison.Ordinal));

    /// <summary>A heartbeat arrives.</summary>
    /// <param name="database">Where.</param>
    /// <param name="agent">Whose.</param>
    /// <param name="applied">The fingerprint of the login in its config dir.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="confirmed">Commands that were carried out.</param>
    /// <param name="refused">Commands that were not.</param>
    /// <param name="sessions">The ids of live sessions.</param>
    /// <param name="login">Where the client keeps its login.</param>
    /// <returns>The commands in its answer.</returns>
    public static async Task<IReadOnlyList<SealedCommand>> ReportAsync(
        this TestDatabase database, string agent, string? applied, long sequence = 1, long[]? confirmed = null, RefusedCommand[]? refused = null, string[]? sessions = null,
        string login = LoginPlace.File)
    {
        var enrolled = await database.EnrolledAsync(agent);
        var heartbeat = new Heartbeat
        {
            Sequence = sequence,
            Agent = new AgentInfo { Version = "0.2.1", Platform = "macos", Login = login },
            Applied = applied,
            Confirmed = confirmed ?? [],
            Refused = refused ?? [],
            Sessions = [.. (sessions ?? []).Select(id => new LiveSession { SessionId = id, State = SessionState.Turn, Model = "model", Since = database.Time.GetUtcNow() })],
        };
        var commands = await database.Store<AgentCommandQueue>().ExchangeAsync(enrolled, heartbeat, ContractTests.Token);
        database.Store<LiveSessions>().Note(enrolled, heartbeat);
        return commands!;
    }

    public static Task<IssueResult> IssueAsync(this TestDatabase database, string agent, FleetAccountId account, bool allowCopy = false) =>
        database.Store<AgentCommandQueue>().IssueAsync(agent, account, allowCopy, Given.Admin);

    /// <summary>A command with a copy of a login; none if its agent has an open one or its number is taken.</summary>
    /// <param name="database">Where.</param>
    /// <param name="command">Its number.</param>
    /// <param name="agent">For which agent.</param>
    /// <param name="account">Whose login.</param>
    /// <param name="issuedAt">When. It expires a millisecond later.</param>
    /// <param name="by">Who issued it.</param>
    /// <returns>1, or 0 for none.</returns>
    public static Task<int> CommandAsync(
        this TestDatabase database, long command, string agent, FleetAccountId account, long issuedAt = 1, string by = "admin") => database.ExecuteAsync(
        CommandSql.Insert,
        ("command", command), ("agent", agent), ("account", account.Value), ("kind", SealedCommand.Swap), ("whole", false), ("fingerprint", "1"), ("replaces", "former"),
        ("sealed", "sealed"), ("signature", "signature"), ("issued_by", by), ("now", issuedAt), ("expires_at", issuedAt + 1));

    public static Task<int> SettleAsync(this TestDatabase database, long command, string state, long now) => database.ExecuteAsync(
        CommandSql.Settle, ("state", state), ("reason", "reason"), ("now", now), ("command", command));

    /// <summary>A refresh that began and did not end.</summary>
    public static Task<int> IntentAsync(this TestDatabase database, FleetAccountId account, string fingerprint, long begunAt, string intent = "intent") => database.ExecuteAsync(
        VaultSql.BeginIntent, ("account", account.Value), ("intent", intent), ("fingerprint", fingerprint), ("begun_by", "switcher"), ("now", begunAt));

    public static async Task<List<(string Intent, string Fingerprint, string By, long At)>> IntentsAsync(this TestDatabase database, FleetAccountId account) => await database.ListAsync(
        "SELECT intent, fingerprint, begun_by, begun_at FROM fleet_intents WHERE account_id = @account",
        rows => (rows.Text(0), rows.Text(1), rows.Text(2), rows.Int64(3)),
        ("account", account.Value));

    public static Task<int> SetHolderAsync(this TestDatabase database, FleetAccountId account, string holder, string? agent = null) => database.ExecuteAsync(
        VaultSql.SetHolder, ("holder", holder), ("agent", agent is null ? SqlValue.Null : agent), ("now", database.Now), ("account", account.Value));
}
