using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Quota;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the vault's store promises about accounts and their logins.</summary>
[Collection<ContractTests>]
public sealed class VaultContractTests
{
    [Theory, EachDatabase]
    public async Task Import_OfANewLogin_IsStoredWhole(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();

        var account = await database.VaultAccountAsync("1", "Zoë's 🦊 100 %_");

        Assert.Equal(
            new AccountFacts(
                account, "person-1:org", "person-1", "org", "Zoë's 🦊 100 %_", "", "max", NextCharge: null, FiveHourCeiling: null, SevenDayCeiling: null,
                FleetGiven.Full("1"), Refreshable: true, now + FleetGiven.Life, EndIsKnown: true, Holder.Vault, HolderAgent: null, HolderMachine: null, HolderSeenAt: null,
                HolderHasIt: false, OnItsWay: false, HeldSince: now, RefreshedAt: now, RefreshPath.Login, Fault: null, FaultAt: null, Failures: 0, Failure: null, RetryAt: null,
                IntentAt: null, InUse: false, Exhausted: false, CanOpen: true),
            await database.FactsAsync(account));
        Assert.Equal(0, await database.RevisionAsync(account));
        Assert.Null(await database.Store<VaultStore>().FindAsync(new FleetAccountId(account.Value + 1), ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Import_OfAKnownAccount_ReplacesItsLogin_AndClearsItsFaults(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1", "work");
        var former = await database.FactsAsync(account);
        Assert.Null(await database.Store<AccountEdit>().SaveAsync(account, new AccountDetails("work", "amara@example.org", "Team", "2026-12-01", 90, 95), Given.Admin));
        await database.ExecuteAsync(VaultSql.SetFault, ("fault", AccountFault.Unknown), ("now", 1), ("account", account.Value), ("fingerprint", FleetGiven.Full("1")));
        await database.ExecuteAsync(VaultSql.SetFailure, ("failure", "no answer"), ("retry_at", 2), ("account", account.Value), ("fingerprint", FleetGiven.Full("1")));
        await database.IntentAsync(account, FleetGiven.Full("1"), 3);
        database.Time.Advance(TimeSpan.FromHours(1));
        var now = database.Time.GetUtcNow();

        var imported = await database.ImportAsync("Work 2", FleetGiven.Login("2", "person-1", "org", now + FleetGiven.Life), vaultOnly: false);

        Assert.Equal(((FleetAccountId?)account, FleetGiven.Full("2")), (imported.AccountId, imported.Fingerprint!));
        Assert.Equal(
            former with
            {
                Label = "Work 2",
                Email = "amara@example.org",
                NextCharge = "2026-12-01",
                FiveHourCeiling = 90,
                SevenDayCeiling = 95,
                Fingerprint = FleetGiven.Full("2"),
                ExpiresAt = now + FleetGiven.Life,
                Holder = Holder.Foreign,
                HeldSince = now,
                RefreshedAt = now,
            },
            await database.FactsAsync(account));
        Assert.Equal(2, await database.RevisionAsync(account));
        Assert.Empty(await database.IntentsAsync(account));
        Assert.Equal(1, await database.ScalarAsync(VaultSql.Count));
    }

    [Theory, EachDatabase]
    public async Task Import_OfAnotherOrganisationOrSpelling_IsAnotherAccount(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var end = database.Time.GetUtcNow() + FleetGiven.Life;

        foreach (var (label, person, organization) in ((string, string, string)[])[("1", "person", "org"), ("2", "person", "Org"), ("3", "Person", "org"),
            ("4", "person", "organisation")])
        {
            Assert.NotNull((await database.ImportAsync(label, FleetGiven.Login(label, person, organization, end))).AccountId);
        }

        Assert.Equal(4, await database.ScalarAsync(VaultSql.Count));
        Assert.Equal(
            ["person:org", "person:Org", "Person:org", "person:organisation"],
            (await database.Store<VaultStore>().AllAsync(ContractTests.Token)).Select(account => account.Key));
    }

    [Theory, EachDatabase]
    public async Task Import_OfALoginThatIsInAConfigDir_MakesItsAgentTheHolder(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (agent, revoked) = (await database.AgentAsync("machine"), await database.AgentAsync("revoked"));
        await database.ReportAsync(agent, FleetGiven.Full("1"));
        await database.ReportAsync(revoked, FleetGiven.Full("2"));
        await database.Store<AgentStore>().RevokeAsync(revoked, Given.Admin);

        var facts = await database.FactsAsync(await database.VaultAccountAsync("1"));
        var other = await database.FactsAsync(await database.VaultAccountAsync("2"));

        Assert.Equal((Holder.Agent, agent, "machine", false), (facts.Holder, facts.HolderAgent!, facts.HolderMachine!, facts.HolderHasIt));
        Assert.Equal(database.Time.GetUtcNow(), facts.HolderSeenAt);
        Assert.Equal((Holder.Vault, null), (other.Holder, other.HolderAgent));
    }

    [Theory, EachDatabase]
    public async Task All_AreOrderedByLabel_WithoutTheCaseOfLatinLetters(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (tokens, label) in ((string, string)[])[("1", "b"), ("2", "ä"), ("3", "A"), ("4", "a2"), ("5", "Ä"), ("6", "C"), ("7", "1")])
        {
            await database.VaultAccountAsync(tokens, label);
        }

        Assert.Equal(["1", "A", "a2", "b", "C", "Ä", "ä"], (await database.Store<VaultStore>().AllAsync(ContractTests.Token)).Select(account => account.Label));
    }

    [Theory, EachDatabase]
    public async Task Label_IsOneAccounts_WithoutTheCaseOfLatinLetters(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var vault = database.Store<VaultStore>();
        var account = await database.VaultAccountAsync("1", "Büro");
        var end = database.Time.GetUtcNow() + FleetGiven.Life;

        Assert.Equal("label: another account is already called BüRO.", (await database.ImportAsync("BüRO", FleetGiven.Login("2", "other", "org", end))).Message);
        Assert.Equal(account, await vault.FindByLabelAsync("BüRO", ContractTests.Token));
        Assert.Null(await vault.FindByLabelAsync("BÜRO", ContractTests.Token));
        Assert.Null(await vault.FindByLabelAsync("Büro ", ContractTests.Token));

        var other = await database.VaultAccountAsync("2", "BÜRO");

        Assert.Equal(other, await vault.FindByLabelAsync("BÜro", ContractTests.Token));
        // Its own label is not taken.
        Assert.Equal(account, (await database.ImportAsync("büro", FleetGiven.Login("3", "person-1", "org", end))).AccountId);
        Assert.Equal("büro", (await database.FactsAsync(account)).Label);
    }

    [Theory, EachDatabase]
    public async Task Edit_ChangesWhatAPersonMaySet_AndNothingElse(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var edit = database.Store<AccountEdit>();
        var (account, other) = (await database.VaultAccountAsync("1", "work"), await database.VaultAccountAsync("2", "home"));
        var former = await database.FactsAsync(account);

        Assert.Null(await edit.SaveAsync(account, new AccountDetails(" Büro 🦊 ", " amara@example.org ", " Team ", "2026-12-01", 90, 100), Given.Admin));

        Assert.Equal(
            former with { Label = "Büro 🦊", Email = "amara@example.org", Plan = "Team", NextCharge = "2026-12-01", FiveHourCeiling = 90, SevenDayCeiling = 100 },
            await database.FactsAsync(account));

        Assert.Null(await edit.SaveAsync(account, new AccountDetails("büro 🦊", "", "", null, null, null), Given.Admin));
        Assert.Equal(former with { Label = "büro 🦊", Plan = "" }, await database.FactsAsync(account));

        Assert.Equal("label: another account has this name.", await edit.SaveAsync(other, new AccountDetails("BüRO 🦊", "", "", null, null, null), Given.Admin));
        Assert.Equal("No such account.", await edit.SaveAsync(new FleetAccountId(other.Value + 1), new AccountDetails("new", "", "", null, null, null), Given.Admin));
        Assert.Equal("home", (await database.FactsAsync(other)).Label);
        Assert.Equal(0, await database.RevisionAsync(account));
    }

    [Theory, EachDatabase]
    public async Task Remove_TakesEverythingOfTheAccountWithIt_AndNothingOfAnother(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var edit = database.Store<AccountEdit>();
        var agents = new List<string>();
        var accounts = new List<FleetAccountId>();
        foreach (var tokens in (string[])["1", "2"])
        {
            var account = await database.VaultAccountAsync(tokens);
            var agent = await database.AgentAsync(tokens, account);
            await database.ReportAsync(agent, FleetGiven.Copy(tokens));
            await database.IssueAsync(agent, account);
            await database.IntentAsync(account, FleetGiven.Full(tokens), 1);
            await database.ExecuteAsync(LimitSql.Put, ("account", account.Value), ("window", "five_hour"), ("at", 1), ("resets_at", 2));
            await database.Store<RotationControls>().PinAsync(new Pin(PinScope.Machine, tokens, account, PinMode.Soft), Given.Admin);
            agents.Add(agent);
            accounts.Add(account);
        }

        Assert.Null(await edit.RemoveAsync(accounts[0], Given.Admin));

        Assert.Equal("No such account.", await edit.RemoveAsync(accounts[0], Given.Admin));
        foreach (var table in (string[])["fleet_accounts", "fleet_grants", "fleet_commands", "fleet_intents", "fleet_limits", "fleet_pins"])
        {
            Assert.Equal([accounts[1].Value], await database.ListAsync($"SELECT account_id FROM {table}", rows => rows.Int64(0)));
        }

        Assert.Null((await database.AgentFactsAsync(agents[0])).AccountId);
        Assert.Equal(accounts[1], (await database.AgentFactsAsync(agents[1])).AccountId);
    }

    [Theory, EachDatabase]
    public async Task Replace_ReplacesTheNamedLoginOnly_AndClearsItsFaults(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var former = await database.FactsAsync(account);
        await database.ExecuteAsync(VaultSql.SetFault, ("fault", AccountFault.Unknown), ("now", 1), ("account", account.Value), ("fingerprint", FleetGiven.Full("1")));
        database.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, await ReplaceAsync("another", "2"));
        Assert.Equal(AccountFault.Unknown, (await database.FactsAsync(account)).Fault);
        Assert.Equal(1, await ReplaceAsync(FleetGiven.Full("1"), "2"));
        Assert.Equal(0, await ReplaceAsync(FleetGiven.Full("1"), "3"));

        Assert.Equal(
            former with
            {
                Fingerprint = "2",
                Refreshable = false,
                ExpiresAt = UnixTime.At(9),
                EndIsKnown = false,
                RefreshedAt = database.Time.GetUtcNow(),
                RefreshedBy = RefreshPath.Session,
                CanOpen = false,
            },
            await database.FactsAsync(account));
        Assert.Equal(2, await database.RevisionAsync(account));

        Task<int> ReplaceAsync(string replaces, string fingerprint) => database.ExecuteAsync(
            VaultSql.Replace,
            ("credential", new byte[] { 0, 255 }), ("fingerprint", fingerprint), ("access_fingerprint", "copy"), ("refreshable", false), ("expires_at", 9),
            ("now", database.Now), ("path", RefreshPath.Session), ("account", account.Value), ("replaces", replaces));
    }

    [Theory, EachDatabase]
    public async Task AccessToken_IsThatOfTheExactKey_UntilItExpires(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var vault = database.Store<VaultStore>();
        await database.VaultAccountAsync("1");

        Assert.Equal("access-1", await vault.AccessTokenAsync("person-1:org", ContractTests.Token));
        Assert.Null(await vault.AccessTokenAsync("Person-1:org", ContractTests.Token));
        Assert.Null(await vault.AccessTokenAsync("person-1", ContractTests.Token));

        database.Time.Advance(FleetGiven.Life - TimeSpan.FromMilliseconds(1));
        Assert.Equal("access-1", await vault.AccessTokenAsync("person-1:org", ContractTests.Token));
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await vault.AccessTokenAsync("person-1:org", ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Organisation_OnceTheIssuerNamesIt_IsPartOfTheKey_AndQuotaFollows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var accounts = new List<FleetAccountId>();
        foreach (var tokens in (string[])["1", "2"])
        {
            accounts.Add(await database.VaultAccountAsync(tokens, organization: null));
        }

        foreach (var (key, owner) in ((string, long)[])[("person-1", 0), ("person-2", 0), ("person-1", user), ("person-1:org", user), ("person-2:org", 0)])
        {
            await database.ExecuteAsync(
                "INSERT INTO quota_accounts (account_key, owner, source, created_at) VALUES (@key, @owner, 'oauth', 1)", ("key", key), ("owner", owner));
        }

        foreach (var (account, person) in accounts.Zip((string[])["person-1", "person-2"]))
        {
            database.Upstream.Answer = path => path is "/api/oauth/profile" ? $$$"""{"account":{"uuid":"{{{person}}}"},"organization":{"uuid":"org"}}""" : null;
            Assert.Equal(IssuerVerdict.Ok, (await database.Store<LoginCheck>().AskAsync(await database.FactsAsync(account), ContractTests.Token)).Verdict);
            var facts = await database.FactsAsync(account);
            Assert.Equal((person + ":org", person, "org", true), (facts.Key, facts.Uuid, facts.OrganizationUuid, facts.CanOpen));
            Assert.Equal(1, await database.RevisionAsync(account));
        }

        // A row that is there already stays as it is, and what a user's status line showed is the user's.
        Assert.Equal(
            [("person-1", user), ("person-1:org", 0L), ("person-1:org", user), ("person-2", 0L), ("person-2:org", 0L)],
            (await database.ListAsync("SELECT account_key, owner FROM quota_accounts", rows => (rows.Text(0), rows.Int64(1)))).Order());
    }

    [Theory, EachDatabase]
    public async Task SetOrganization_OfAnAccountThatHasOne_ChangesNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");

        Assert.Equal(0, await database.ExecuteAsync(VaultSql.SetOrganization, ("key", "person-1:another"), ("organization", "another"), ("account", account.Value)));

        Assert.Equal("person-1:org", (await database.FactsAsync(account)).Key);
    }

    [Theory, EachDatabase]
    public async Task SetExpiry_IsOfTheAccessTokenThatWasAskedAbout(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var imported = await database.ImportAsync("work", FleetGiven.Login("1", "person", "org", expiresAt: null));
        var account = imported.AccountId!.Value;
        var former = await database.FactsAsync(account);
        Assert.Equal((false, database.Time.GetUtcNow() + RefreshAnswer.AssumedLife), (former.EndIsKnown, former.ExpiresAt));
        database.Time.Advance(TimeSpan.FromMinutes(30));
        database.Upstream.Answer = path => path is "/api/oauth/profile" ? """{"account":{"uuid":"person"},"organization":{"uuid":"org"}}""" : null;

        await database.Store<LoginCheck>().AskAsync(former, ContractTests.Token);

        Assert.Equal(former with { ExpiresAt = database.Time.GetUtcNow() + RefreshAnswer.AssumedLife }, await database.FactsAsync(account));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.SetExpiry, ("expires_at", 1), ("account", account.Value), ("access_fingerprint", FleetGiven.Copy("2"))));
        Assert.Equal(0, await database.ExecuteAsync(VaultSql.SetExpiry, ("expires_at", 1), ("account", account.Value + 1), ("access_fingerprint", FleetGiven.Copy("1"))));
    }

    [Theory, EachDatabase]
    public async Task FindByUuid_PrefersAnUnknownOrganisation_ThenTheOldest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var first = await database.BareAccountAsync("p:z", "p", "z", "1");
        await database.BareAccountAsync("p:a", "p", "a", "2");
        var unknown = await database.BareAccountAsync("p", "p", organization: null, "3");
        await database.BareAccountAsync("other", "P", organization: null, "4");

        Assert.Equal([(unknown.Value, null)], await FindAsync("p"));
        await database.ExecuteAsync(VaultSql.Delete, ("account", unknown.Value));
        Assert.Equal([(first.Value, "z")], await FindAsync("p"));
        Assert.Empty(await FindAsync("q"));

        Task<List<(long, string?)>> FindAsync(string uuid) => database.ListAsync(VaultSql.FindByUuid, rows => (rows.Int64(0), rows.TextOrNull(1)), ("uuid", uuid));
    }

    [Theory, EachDatabase]
    public async Task FindReturned_PrefersTheLogin_ThenWhatItReplaces_ThenTheHolder_ThenAGrant_ThenTheOldest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.BareAgentAsync("agent", "machine");
        var oldest = await database.BareAccountAsync("p:1", "p", "1", "1");
        var granted = await database.BareAccountAsync("p:2", "p", "2", "2");
        var held = await database.BareAccountAsync("p:3", "p", "3", "3");
        var full = await database.BareAccountAsync("p:4", "p", "4", "4");
        var copied = await database.BareAccountAsync("p:5", "p", "5", "5");
        var same = await database.BareAccountAsync("p:6", "p", "6", "6");
        await database.BareAccountAsync("q", "q", organization: null, "7");
        await database.ExecuteAsync(AgentSql.Grant, ("agent", "agent"), ("account", granted.Value), ("now", 1));
        await database.SetHolderAsync(held, Holder.Agent, "agent");

        Assert.Equal(same.Value, await FindAsync("p", "6", "4"));
        Assert.Equal(full.Value, await FindAsync("p", "another", "4"));
        Assert.Equal(copied.Value, await FindAsync("p", SqlValue.Null, "copy of 5"));
        Assert.Equal(held.Value, await FindAsync("p", SqlValue.Null, "unknown"));
        await database.SetHolderAsync(held, Holder.Agent, "another agent");
        Assert.Equal(granted.Value, await FindAsync("p", SqlValue.Null, "unknown"));
        await database.ExecuteAsync(AgentSql.Withdraw, ("agent", "agent"), ("account", granted.Value));
        Assert.Equal(oldest.Value, await FindAsync("p", SqlValue.Null, "unknown"));
        Assert.Null(await FindAsync("P", "6", "4"));

        Task<long?> FindAsync(string uuid, SqlValue fingerprint, string replaces) =>
            database.ScalarAsync(VaultSql.FindReturned, ("uuid", uuid), ("fingerprint", fingerprint), ("replaces", replaces), ("agent", "agent"));
    }

    [Theory, EachDatabase]
    public async Task InUse_IsALoginWithLiveSessions_WhileItsAgentIsSeen(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine", account);

        await database.ReportAsync(agent, FleetGiven.Copy("1"));
        Assert.False(await InUseAsync());
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sequence: 2, sessions: ["s"]);
        Assert.True(await InUseAsync());

        database.Time.Advance(TokenRule.AgentGrace - TimeSpan.FromMilliseconds(1));
        Assert.True(await InUseAsync());
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await InUseAsync());

        await database.ReportAsync(agent, FleetGiven.Copy("1"), sequence: 3, sessions: ["s"]);
        Assert.True(await InUseAsync());
        await database.ExecuteAsync(AgentSql.Withdraw, ("agent", agent), ("account", account.Value));
        Assert.False(await InUseAsync());
        await database.SetHolderAsync(account, Holder.Agent, agent);
        Assert.True(await InUseAsync());
        await database.ExecuteAsync(AgentSql.Revoke, ("now", 1), ("agent", agent));
        Assert.False(await InUseAsync());

        // Pages and the decision to refresh ask in different ways.
        async Task<bool> InUseAsync()
        {
            var isInUse = await database.WriteAsync(session => database.Store<VaultStore>().IsInUse(session, account));
            Assert.Equal((await database.FactsAsync(account)).InUse, isInUse);
            return isInUse;
        }
    }

    [Theory, EachDatabase]
    public async Task Exhausted_IsAWeekThatIsFull_AndNotOver_ByThisReceiversPoll(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var (polled, shown) = (await database.QuotaAccountAsync("person-1:org"), await database.QuotaAccountAsync("person-1:org", owner: 7));
        var later = database.Time.GetUtcNow().AddDays(1);

        await database.ReadingsAsync(shown, QuotaSource.StatusLine, new Reading("seven_day", 100_000, later, database.Time.GetUtcNow()));
        await database.PolledAsync(polled, "five_hour", 100_000, later);
        Assert.False(await ExhaustedAsync());
        await database.PolledAsync(polled, "seven_day", 99_999, later);
        Assert.False(await ExhaustedAsync());

        database.Time.Advance(TimeSpan.FromMinutes(10));
        await database.PolledAsync(polled, "seven_day", 100_000, later);
        Assert.True(await ExhaustedAsync());

        database.Time.Advance(later - database.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        Assert.True(await ExhaustedAsync());
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await ExhaustedAsync());

        // Without an end, nobody can say that it is not over.
        await database.PolledAsync(polled, "seven_day", 100_000);
        Assert.False(await ExhaustedAsync());

        async Task<bool> ExhaustedAsync() => (await database.FactsAsync(account)).Exhausted;
    }
}
