using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Database;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the vault's store promises about refreshes and its keys: a refresh token is spent once, and what is encrypted can be opened.</summary>
[Collection<ContractTests>]
public sealed class VaultRefreshContractTests
{
    private const string TokenPath = "/v1/oauth/token";

    [Theory, EachDatabase]
    public async Task Refresh_OfAnAccountThatChangedSinceItWasRead_DoesNotBegin(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var vault = database.Store<VaultStore>();
        var account = await database.VaultAccountAsync("1");

        var begun = await database.WriteAsync(session =>
        {
            var stored = vault.Read(session, account)!;
            return (
                vault.TryBeginRefresh(session, stored, "first", "switcher"),
                vault.TryBeginRefresh(session, stored, "second", "cli"),
                // The row of the refresh in progress is the lock, too.
                vault.TryBeginRefresh(session, vault.Read(session, account)!, "third", "cli"));
        });

        Assert.Equal((true, false, false), begun);
        Assert.Equal([("first", FleetGiven.Full("1"), "switcher", database.Now)], await database.IntentsAsync(account));
    }

    [Theory, EachDatabase]
    public async Task Refresh_OfALoginThatIsHeldElsewhereOrOnItsWay_DoesNotBegin(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine", account);

        await database.SetHolderAsync(account, Holder.Foreign);
        Assert.False(await BeginAsync());
        await database.SetHolderAsync(account, Holder.Vault);
        await database.CommandAsync(1, agent, account, database.Now);
        Assert.False(await BeginAsync());
        await database.ExecuteAsync(CommandSql.Deliver, ("now", 1), ("command", 1));
        Assert.False(await BeginAsync());

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await BeginAsync());

        Task<bool> BeginAsync() => database.WriteAsync(session =>
        {
            var vault = database.Store<VaultStore>();
            return vault.TryBeginRefresh(session, vault.Read(session, account)!, "intent", "switcher");
        });
    }

    [Theory, EachDatabase]
    public async Task Login_IsGivenOnce_AndNotDuringARefresh(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var vault = database.Store<VaultStore>();
        var account = await database.VaultAccountAsync("1");
        await database.IntentAsync(account, FleetGiven.Full("1"), 1);
        Assert.False(await GiveAsync("agent", whole: true));
        Assert.False(await GiveAsync("agent", whole: false));
        Assert.Equal(0, await database.RevisionAsync(account));

        await database.ExecuteAsync(VaultSql.EndIntents, ("account", account.Value));
        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await GiveAsync("agent", whole: false));
        Assert.Equal((Holder.Vault, (string?)null, 1L), await HolderAsync());
        Assert.True(await GiveAsync("agent", whole: true));
        Assert.Equal((Holder.Agent, (string?)"agent", 2L), await HolderAsync());
        Assert.Equal(database.Time.GetUtcNow(), (await database.FactsAsync(account)).HeldSince);
        Assert.False(await GiveAsync("another", whole: true));
        Assert.True(await GiveAsync("another", whole: false));
        Assert.Equal((Holder.Agent, (string?)"agent", 3L), await HolderAsync());

        var twice = await database.WriteAsync(session =>
        {
            var stored = vault.Read(session, account)!;
            return (vault.TryGive(session, stored, "another", whole: false), vault.TryGive(session, stored, "another", whole: false));
        });
        Assert.Equal((true, false), twice);

        Task<bool> GiveAsync(string agent, bool whole) => database.WriteAsync(session => vault.TryGive(session, vault.Read(session, account)!, agent, whole));

        async Task<(string, string?, long)> HolderAsync()
        {
            var facts = await database.FactsAsync(account);
            return (facts.Holder, facts.HolderAgent, await database.RevisionAsync(account));
        }
    }

    [Theory, EachDatabase]
    public async Task Renewal_StoresTheNewLogin_AndClearsTheFailuresBeforeIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var former = await database.FactsAsync(account);

        Assert.Equal(RefreshOutcome.Failed, await RunAsync(database, account));
        Assert.Equal(
            former with { Failures = 1, Failure = "cannot be reached", RetryAt = database.Time.GetUtcNow().AddMinutes(1) }, await database.FactsAsync(account));
        Assert.Equal(RefreshOutcome.Failed, await RunAsync(database, account));
        Assert.Equal((2L, (DateTimeOffset?)database.Time.GetUtcNow().AddMinutes(2)), await FailuresAsync());

        database.Time.Advance(TimeSpan.FromMinutes(2));
        database.Upstream.Answer = path =>
            path is TokenPath ? """{"access_token":"access-2","refresh_token":"refresh-2","expires_in":7200,"account":{"uuid":"person-1"},"organization":{"uuid":"org"}}""" : null;
        Assert.Equal(RefreshOutcome.Renewed, await RunAsync(database, account));

        var now = database.Time.GetUtcNow();
        Assert.Equal(
            former with { Fingerprint = FleetGiven.Full("2"), ExpiresAt = now.AddHours(2), RefreshedAt = now, RefreshedBy = RefreshPath.Switcher },
            await database.FactsAsync(account));
        Assert.Empty(await database.IntentsAsync(account));
        Assert.Equal("access-2", await database.Store<VaultStore>().AccessTokenAsync("person-1:org", ContractTests.Token));

        async Task<(long, DateTimeOffset?)> FailuresAsync()
        {
            var facts = await database.FactsAsync(account);
            return (facts.Failures, facts.RetryAt);
        }
    }

    [Theory, EachDatabase]
    public async Task Fault_OfARefresh_IsStoredOnTheLoginThatWasSpent(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var former = await database.FactsAsync(account);
        await RunAsync(database, account);
        database.Upstream.Answer = path => path is TokenPath ? """{"access_token":"access-2","refresh_token":"refresh-2","account":{"uuid":"person-2"}}""" : null;

        Assert.Equal(RefreshOutcome.NeedsLogin, await RunAsync(database, account));

        Assert.Equal(
            former with { Fault = AccountFault.OtherAccount, FaultAt = database.Time.GetUtcNow(), Failures = 0, Failure = "cannot be reached", RetryAt = null },
            await database.FactsAsync(account));
        Assert.Empty(await database.IntentsAsync(account));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.SetFault, ("fault", "f"), ("now", 1), ("account", account.Value), ("fingerprint", FleetGiven.Full("2"))));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.SetFailure, ("failure", "f"), ("retry_at", 1), ("account", account.Value), ("fingerprint", FleetGiven.Full("2"))));
    }

    [Theory, EachDatabase]
    public async Task Intent_ThatNobodyEnded_IsAFault_OnceItIsOld_IfItsLoginIsStillStored(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (old, young, replaced, faulty) =
            (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"), await database.VaultAccountAsync("3"), await database.VaultAccountAsync("4"));
        var limit = (database.Time.GetUtcNow() - TokenRule.IntentLifetime).ToUnixTimeMilliseconds();
        await database.IntentAsync(old, FleetGiven.Full("1"), limit);
        await database.IntentAsync(young, FleetGiven.Full("2"), limit + 1);
        await database.IntentAsync(replaced, FleetGiven.Full("another"), limit);
        await database.IntentAsync(faulty, FleetGiven.Full("4"), limit);
        await database.ExecuteAsync(VaultSql.SetFault, ("fault", AccountFault.InvalidGrant), ("now", 1), ("account", faulty.Value), ("fingerprint", FleetGiven.Full("4")));

        Assert.Empty(await database.Store<RefreshLoop>().RunAsync(ContractTests.Token));

        var all = await database.Store<VaultStore>().AllAsync(ContractTests.Token);
        Assert.Equal(
            [(old, AccountFault.Unknown, (long?)database.Now, (long?)limit), (young, null, null, limit + 1), (replaced, null, null, limit),
                (faulty, AccountFault.InvalidGrant, (long?)1L, (long?)limit)],
            all.Select(account => (account.AccountId, account.Fault, account.FaultAt?.ToUnixTimeMilliseconds(), account.IntentAt?.ToUnixTimeMilliseconds())));
    }

    [Theory, EachDatabase]
    public async Task Refresh_Again_EndsAnOldIntent_AndNoYoungOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var limit = (database.Time.GetUtcNow() - TokenRule.IntentLifetime).ToUnixTimeMilliseconds();
        await database.IntentAsync(account, FleetGiven.Full("1"), limit + 1);

        Assert.Equal(RefreshOutcome.NotNow, await RunAsync(database, account, again: true));
        Assert.Equal("intent", Assert.Single(await database.IntentsAsync(account)).Intent);

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RefreshOutcome.NotNow, await RunAsync(database, account, again: false));
        Assert.Equal(RefreshOutcome.Failed, await RunAsync(database, account, again: true));
        Assert.Empty(await database.IntentsAsync(account));
    }

    [Theory, EachDatabase]
    public async Task EndIntent_OfAnotherRefresh_ChangesNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");

        Assert.Equal(1, await database.IntentAsync(account, "fingerprint", 1, "intent"));
        Assert.Equal(0, await database.IntentAsync(account, "fingerprint", 2, "another"));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.EndIntent, ("account", account.Value), ("intent", "another")));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.EndIntent, ("account", account.Value), ("intent", "Intent")));
        Assert.Equal(1, await database.ExecuteAsync(VaultSql.EndIntent, ("account", account.Value), ("intent", "intent")));
    }

    [Theory, EachDatabase]
    public async Task Restore_PutsEveryLoginInDoubt_ThatCouldBeRenewed_Once(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var watch = database.Store<RestoreWatch>();
        var (account, faulty, copy) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"), await database.VaultAccountAsync("3"));
        await database.ExecuteAsync(VaultSql.SetFault, ("fault", AccountFault.InvalidGrant), ("now", 1), ("account", faulty.Value), ("fingerprint", FleetGiven.Full("2")));
        await database.ExecuteAsync("UPDATE fleet_accounts SET refreshable = 0 WHERE account_id = @account", ("account", copy.Value));
        Assert.Equal(0, await database.WriteAsync(session => watch.Look(session)));
        Assert.Equal(0, await database.WriteAsync(session => watch.Look(session)));

        await database.ExecuteAsync(DatabaseCopySql.NewIdentity, ("store_id", "another"));

        Assert.Equal(1, await database.WriteAsync(session => watch.Look(session)));
        Assert.Equal(0, await database.WriteAsync(session => watch.Look(session)));
        Assert.Equal(
            [(account, AccountFault.Unknown, (long?)database.Now, 1L), (faulty, AccountFault.InvalidGrant, (long?)1L, 1L), (copy, null, null, 0L)],
            await database.ListAsync(
                "SELECT account_id, fault, fault_at, revision FROM fleet_accounts ORDER BY account_id",
                rows => (new FleetAccountId(rows.Int64(0)), rows.TextOrNull(1), rows.Int64OrNull(2), rows.Int64(3))));
    }

    [Theory, EachDatabase]
    public async Task Keys_AreMadeOnce_AndAgainOnceTheyAreForgotten(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (seal, signing) = (database.Store<ReceiverSeal>(), database.Store<ReceiverSigning>());
        var (sealing, signingKey) = (await database.WriteAsync(session => seal.PublicKey(session)), await database.WriteAsync(session => signing.PublicKey(session)));

        Assert.Equal((sealing, signingKey), (await database.WriteAsync(session => seal.PublicKey(session)), await database.WriteAsync(session => signing.PublicKey(session))));
        Assert.Equal(["sealing", "signing"], (await database.ListAsync("SELECT name FROM fleet_keys", rows => rows.Text(0))).Order(StringComparer.Ordinal));

        await database.WriteAsync(session => ReceiverSigning.Forget(session));

        Assert.Equal(sealing, await database.WriteAsync(session => seal.PublicKey(session)));
        Assert.NotEqual(signingKey, await database.WriteAsync(session => signing.PublicKey(session)));
    }

    [Theory, EachDatabase]
    public async Task KeyRotation_ReencryptsWhatItCanOpen_AndLeavesTheRestUnchanged(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var unopened = await database.BareAccountAsync("other", "other", organization: null, "2");
        var seal = database.Store<ReceiverSeal>();
        await database.WriteAsync(session => seal.PublicKey(session));
        var before = await SecretsAsync();

        Assert.Equal(new KeyRotationResult(Reencrypted: 2, Unopened: 1, Removed: 1), await database.Store<KeyRotation>().RunAsync(Given.Admin));

        var after = await SecretsAsync();
        Assert.Equal([false, true, false], before.Zip(after, (one, other) => string.Equals(one, other, StringComparison.Ordinal)));
        Assert.Equal((true, false), ((await database.FactsAsync(account)).CanOpen, (await database.FactsAsync(unopened)).CanOpen));
        Assert.Equal(0, await database.RevisionAsync(account));

        async Task<List<string>> SecretsAsync()
        {
            var secrets = await database.ListAsync("SELECT credential FROM fleet_accounts ORDER BY account_id", rows => Convert.ToHexString(rows.Bytes(0)));
            secrets.AddRange(await database.ListAsync("SELECT private FROM fleet_keys", rows => Convert.ToHexString(rows.Bytes(0))));
            return secrets;
        }
    }

    private static async Task<RefreshOutcome> RunAsync(TestDatabase database, FleetAccountId account, bool again = false) =>
        await database.Store<TokenRefresh>().RunAsync(await database.FactsAsync(account), FleetActor.Switcher, again);
}
