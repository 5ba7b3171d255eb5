using System.Collections.Frozen;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of agents promise: codes, keys, grants, and what agents reported last.</summary>
[Collection<ContractTests>]
public sealed class AgentContractTests
{
    [Theory, EachDatabase]
    public async Task Code_EnrolsOneAgent_OnItsMachine_WithinItsHour(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var store = database.Store<AgentStore>();
        var code = (await store.NewCodeAsync(" Büro-1 ", Given.Admin))!;

        Assert.Equal(Refusals.EnrolmentCodeOfAnother, (await database.EnrolAsync(code, "Büro-2")).Refusal);
        Assert.Equal(Refusals.EnrolmentCodeUnknown, (await database.EnrolAsync(code.ToUpperInvariant(), "Büro-1")).Refusal);
        var agent = (await database.EnrolAsync(code, "BÜRO-1")).Reply!.AgentId;

        Assert.Equal("Büro-1", (await database.EnrolledAsync(agent)).Machine);
        Assert.Equal(Refusals.EnrolmentCodeUnknown, (await database.EnrolAsync(code, "Büro-1")).Refusal);
        Assert.Equal(0, await database.ExecuteAsync(AgentSql.UseCode, ("now", 1), ("hash", SecretToken.Hash(code))));

        var (late, last) = ((await store.NewCodeAsync("late", Given.Admin))!, (await store.NewCodeAsync("last", Given.Admin))!);
        database.Time.Advance(AgentStore.CodeLifetime - TimeSpan.FromMilliseconds(1));
        Assert.NotNull((await database.EnrolAsync(last, "last")).Reply);
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Refusals.EnrolmentCodeUnknown, (await database.EnrolAsync(late, "late")).Refusal);
    }

    [Theory, EachDatabase]
    public async Task NewCode_DeletesExpiredOnes_AndIsRefusedWhereTooManyAreUnused(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var store = database.Store<AgentStore>();
        await store.NewCodeAsync("a", Given.Admin);
        await database.AgentAsync("b");
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM fleet_codes"));
        database.Time.Advance(AgentStore.CodeLifetime);
        Assert.NotNull(await store.NewCodeAsync("c", Given.Admin));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM fleet_codes"));

        await database.WriteAsync(session =>
        {
            for (var number = 2; number < AgentStore.MaxCodes; number++)
            {
                session.Execute(
                    AgentSql.InsertCode,
                    ("hash", BitConverter.GetBytes(number)), ("machine", "m"), ("agent", SqlValue.Null), ("now", database.Now), ("expires_at", database.Now + 1));
            }
        });
        Assert.NotNull(await store.NewCodeAsync("d", Given.Admin));
        Assert.Null(await store.NewCodeAsync("e", Given.Admin));

        Assert.Equal(1, await database.ExecuteAsync(AgentSql.UseCode, ("now", database.Now), ("hash", BitConverter.GetBytes(2))));
        Assert.NotNull(await store.NewCodeAsync("e", Given.Admin));
        Assert.Null(await store.NewCodeForAsync("unknown", Given.Admin));
    }

    [Theory, EachDatabase]
    public async Task Agent_IsReadWhole_AsItWasEnrolled_AndAsItReported(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var agent = await database.AgentAsync("Rechner 🖥");
        var enrolled = await database.EnrolledAsync(agent);

        Assert.Equal(
            new EnrolledAgent(
                agent, "Rechner 🖥", "signing key of Rechner 🖥", enrolled.SealingKey, IsRevoked: false, Sequence: 0, SignedUntil: null,
                new AgentReport(Applied: null, HasSessions: false, Login: null, "0.2.0", "linux")),
            enrolled);
        Assert.True(CredentialSeal.IsPublicKey(enrolled.SealingKey));
        Assert.Equal(1, await database.ScalarAsync(AgentSql.Count));

        await database.ReportAsync(agent, "fingerprint", sequence: long.MaxValue, sessions: ["s"], login: LoginPlace.Keychain);

        Assert.Equal(
            enrolled with { Sequence = long.MaxValue, Stored = new AgentReport("fingerprint", HasSessions: true, LoginPlace.Keychain, "0.2.1", "macos") },
            await database.EnrolledAsync(agent));
        Assert.Null(await database.Store<AgentDirectory>().ReadAsync("unknown", ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task NewKeys_WithdrawGrants_AndStartTheSequenceOver_UnlessTheyAreTheSame(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var store = database.Store<AgentStore>();
        var account = await database.VaultAccountAsync("1");
        var (agent, other) = (await database.AgentAsync("machine", account), await database.AgentAsync("other", account));
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sequence: 7);
        await database.ExecuteAsync(AgentSql.SignedUntil, ("until", 99), ("agent", agent));
        await store.RevokeAsync(agent, Given.Admin);
        database.Time.Advance(TimeSpan.FromMinutes(1));

        await RenewAsync("signing key of machine");

        var enrolled = await database.EnrolledAsync(agent);
        Assert.Equal((false, 7L), (enrolled.IsRevoked, enrolled.Sequence));
        Assert.Equal(99, enrolled.SignedUntil?.ToUnixTimeMilliseconds());
        var facts = await database.AgentFactsAsync(agent);
        Assert.Equal((database.Time.GetUtcNow(), null, FleetGiven.Copy("1"), "0.2.0"), (facts.EnrolledAt, facts.AccountId, facts.Applied, facts.Version));
        Assert.Empty(facts.Granted);
        Assert.Equal(account, Assert.Single((await database.AgentFactsAsync(other)).Granted));

        await RenewAsync("another key");

        enrolled = await database.EnrolledAsync(agent);
        Assert.Equal((0L, null, "another key"), (enrolled.Sequence, enrolled.SignedUntil, enrolled.SigningKey));
        Assert.Equal(2, await database.ScalarAsync(AgentSql.Count));

        async Task RenewAsync(string key) => Assert.Equal(agent,
            (await database.EnrolAsync((await store.NewCodeForAsync(agent, Given.Admin))!, "machine", key)).Reply?.AgentId);
    }

    [Theory, EachDatabase]
    public async Task All_AreOrderedByMachine_ThenByEnrolment_ThenById_ByCodePoint(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (id, machine, at) in ((string, string, long)[])[("a", "b", 1), ("B", "b", 1), ("1", "b", 2), ("2", "a", 9), ("3", "B", 9), ("4", "ä", 1), ("5", "", 1)])
        {
            await database.BareAgentAsync(id, machine, at);
        }

        Assert.Equal(["5", "3", "2", "B", "a", "1", "4"], (await database.Store<AgentStore>().AllAsync(ContractTests.Token)).Select(agent => agent.AgentId));
    }

    [Theory, EachDatabase]
    public async Task All_ShowAnAgentWhole(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var enrolledAt = database.Time.GetUtcNow();
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var agent = await database.AgentAsync("machine", account, other);
        var enrolled = await database.EnrolledAsync(agent);
        await database.IssueAsync(agent, account);
        await database.ReportAsync(agent, applied: null);
        database.Time.Advance(TimeSpan.FromSeconds(5));
        await database.ReportAsync(agent, FleetGiven.Full("1"), sequence: 2, sessions: ["s"]);
        var settledAt = database.Time.GetUtcNow();
        Assert.Equal(IssueOutcome.Issued, (await database.IssueAsync(agent, other)).Outcome);

        var facts = await database.AgentFactsAsync(agent);

        Assert.Equal(
            new AgentFacts(
                agent, "machine", "0123456789abcdef", "macos", "0.2.1", KeyFingerprint.Of(enrolled.SigningKey, enrolled.SealingKey), MustEnrolAgain: false, enrolledAt,
                RevokedAt: null, LastSeenAt: settledAt, LoginPlace.File, FleetGiven.Full("1"), account, ClaimedAccount: null, HasSessions: true, LastSwitchAt: settledAt,
                PendingAccount: other, FrozenSet<FleetAccountId>.Empty),
            facts with { Granted = FrozenSet<FleetAccountId>.Empty });
        Assert.Equal([account, other], facts.Granted.OrderBy(id => id.Value));
    }

    [Theory, EachDatabase]
    public async Task All_ShowWhatAnAgentClaims_AndWhetherItKnowsTheKey(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine");
        await database.BareAgentAsync("old", "old");
        await database.BareAgentAsync("other", "other", receiverKey: "another key");

        foreach (var (applied, claimed) in ((string?, FleetAccountId?)[])[(FleetGiven.Full("1"), account), (FleetGiven.Copy("1"), account), (FleetGiven.Full("2"), null), (null, null)])
        {
            await database.ReportAsync(agent, applied);
            var facts = await database.AgentFactsAsync(agent);
            Assert.Equal((null, claimed), (facts.AccountId, facts.ClaimedAccount));
        }

        Assert.Equal([false, true, true], (await database.Store<AgentStore>().AllAsync(ContractTests.Token)).Select(facts => facts.MustEnrolAgain));
    }

    [Theory, EachDatabase]
    public async Task Grant_Twice_IsOne_AndTheConfigDirsAccountFollows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var store = database.Store<AgentStore>();
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine");
        await database.ReportAsync(agent, FleetGiven.Copy("1"));
        var grantedAt = database.Now;

        Assert.True(await GrantAsync(true));
        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await GrantAsync(true));

        Assert.Equal([(agent, account, grantedAt)],
            await database.ListAsync("SELECT agent_id, account_id, granted_at FROM fleet_grants", rows => (rows.Text(0), new FleetAccountId(rows.Int64(1)), rows.Int64(2))));
        Assert.Equal([(account, grantedAt)], await SinceAsync(database, agent));
        Assert.False(await store.GrantAsync(agent, new FleetAccountId(account.Value + 1), granted: true, Given.Admin));
        Assert.False(await store.GrantAsync("unknown", account, granted: true, Given.Admin));

        Assert.True(await GrantAsync(false));
        Assert.Null((await database.AgentFactsAsync(agent)).AccountId);
        Assert.Empty(await SinceAsync(database, agent));
        Assert.True(await GrantAsync(true));
        Assert.Equal([(account, database.Now)], await SinceAsync(database, agent));

        Task<bool> GrantAsync(bool granted) => store.GrantAsync(agent, account, granted, Given.Admin);
    }

    [Theory, EachDatabase]
    public async Task AccountSince_IsOfAnAgentThatMayHaveTheAccount(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        await database.BareAgentAsync("agent", "machine");
        await database.ExecuteAsync("UPDATE fleet_agents SET account_id = @account", ("account", account.Value));

        Assert.Empty(await SinceAsync(database, "agent"));
        await database.SetHolderAsync(account, Holder.Agent, "agent");
        Assert.Equal([(account, 0L)], await SinceAsync(database, "agent"));
        await database.SetHolderAsync(account, Holder.Agent, "Agent");
        Assert.Empty(await SinceAsync(database, "agent"));
        await database.ExecuteAsync(AgentSql.Grant, ("agent", "agent"), ("account", account.Value), ("now", 1));
        Assert.Equal([(account, 0L)], await SinceAsync(database, "agent"));
        await database.ExecuteAsync(AgentSql.Revoke, ("now", 1), ("agent", "agent"));
        Assert.Empty(await SinceAsync(database, "agent"));
    }

    [Theory, EachDatabase]
    public async Task Revoke_IsOnce_AndTakesGrantsAndWhatWasNotFetched(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var store = database.Store<AgentStore>();
        var account = await database.VaultAccountAsync("1");
        var (agent, other) = (await database.AgentAsync("machine", account), await database.AgentAsync("other", account));
        await database.IssueAsync(agent, account);
        var revokedAt = database.Time.GetUtcNow();

        Assert.True(await store.RevokeAsync(agent, Given.Admin));
        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await store.RevokeAsync(agent, Given.Admin));
        Assert.False(await store.RevokeAsync("unknown", Given.Admin));

        var facts = await database.AgentFactsAsync(agent);
        Assert.Equal((revokedAt, null, null), (facts.RevokedAt, facts.AccountId, facts.PendingAccount));
        Assert.Empty(facts.Granted);
        Assert.True((await database.EnrolledAsync(agent)).IsRevoked);
        Assert.Equal((Holder.Vault, null), ((await database.FactsAsync(account)).Holder, (await database.FactsAsync(account)).HolderAgent));
        Assert.Equal(account, Assert.Single((await database.AgentFactsAsync(other)).Granted));
        Assert.Equal(IssueOutcome.NoSuchAgent, (await database.IssueAsync(agent, account)).Outcome);
    }

    [Theory, EachDatabase]
    public async Task Report_LikeTheLast_IsStoredWithTheNextFlush_AndNothingGoesBack(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var agent = await database.AgentAsync("machine");
        await database.ReportAsync(agent, applied: null);
        var first = database.Time.GetUtcNow();
        database.Time.Advance(TimeSpan.FromSeconds(5));
        await database.ReportAsync(agent, applied: null, sequence: 2);
        Assert.Equal((first, 1L), await SeenAsync());

        await database.Store<AgentPresenceWriter>().FlushAsync();
        var second = database.Time.GetUtcNow();
        Assert.Equal((second, 2L), await SeenAsync());

        await database.ExecuteAsync(AgentSql.Touch, ("seen_at", 1), ("sequence", 1), ("agent", agent));
        Assert.Equal((second, 2L), await SeenAsync());
        await database.ExecuteAsync(
            AgentSql.Note,
            ("seen_at", 1), ("sequence", 3), ("login", LoginPlace.None), ("version", "v"), ("platform", "p"), ("applied", SqlValue.Null), ("account", SqlValue.Null),
            ("has_sessions", false), ("agent", agent));
        Assert.Equal((second, 3L), await SeenAsync());
        Assert.Equal(new AgentReport(Applied: null, HasSessions: false, LoginPlace.None, "v", "p"), (await database.EnrolledAsync(agent)).Stored);

        await database.BareAgentAsync("never", "seen");
        await database.ExecuteAsync(AgentSql.Touch, ("seen_at", 5), ("sequence", 6), ("agent", "never"));
        Assert.Equal((5L, 6L), ((await database.AgentFactsAsync("never")).LastSeenAt!.Value.ToUnixTimeMilliseconds(), (await database.EnrolledAsync("never")).Sequence));

        async Task<(DateTimeOffset, long)> SeenAsync() => ((await database.AgentFactsAsync(agent)).LastSeenAt!.Value, (await database.EnrolledAsync(agent)).Sequence);
    }

    [Theory, EachDatabase]
    public async Task Note_OfTheSameAccount_KeepsSinceWhenItIsThere(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, other) = (await database.BareAccountAsync("p", "p", organization: null, "1"), await database.BareAccountAsync("q", "q", organization: null, "2"));
        await database.BareAgentAsync("agent", "machine");

        foreach (var (now, noted, expected) in ((long, SqlValue, (long?, long?))[])
            [
                (1, SqlValue.Null, (null, null)), (2, account.Value, (account.Value, 2)), (3, account.Value, (account.Value, 2)), (4, other.Value, (other.Value, 4)), (5, SqlValue.Null, (null, 5)),
                (6, SqlValue.Null, (null, 5)),
            ])
        {
            await database.ExecuteAsync(
                AgentSql.Note,
                ("seen_at", now), ("sequence", 1), ("login", LoginPlace.File), ("version", "v"), ("platform", "p"), ("applied", "f"), ("account", noted), ("has_sessions", true),
                ("agent", "agent"));
            Assert.Equal([expected], await database.ListAsync("SELECT account_id, account_since FROM fleet_agents", rows => (rows.Int64OrNull(0), rows.Int64OrNull(1))));
        }

        await database.ExecuteAsync(CommandSql.SetApplied, ("account", account.Value), ("fingerprint", "1"), ("agent", "agent"), ("now", 7));
        await database.ExecuteAsync(CommandSql.SetApplied, ("account", account.Value), ("fingerprint", "2"), ("agent", "agent"), ("now", 8));
        Assert.Equal(
            [(account.Value, 7L, "2")],
            await database.ListAsync("SELECT account_id, account_since, applied FROM fleet_agents", rows => (rows.Int64(0), rows.Int64(1), rows.Text(2))));
    }

    [Theory, EachDatabase]
    public async Task FullLogin_InAGrantedConfigDir_IsHeldThere_UntilItIsGone(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, copied) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var (agent, stranger) = (await database.AgentAsync("machine", account, copied), await database.AgentAsync("stranger"));
        await database.ReportAsync(stranger, FleetGiven.Full("1"));
        await database.ReportAsync(agent, FleetGiven.Copy("2"));
        Assert.Equal((Holder.Vault, Holder.Vault), ((await database.FactsAsync(account)).Holder, (await database.FactsAsync(copied)).Holder));

        await database.ReportAsync(agent, FleetGiven.Full("1"), sequence: 2);

        var facts = await database.FactsAsync(account);
        Assert.Equal((Holder.Agent, agent, true), (facts.Holder, facts.HolderAgent!, facts.HolderHasIt));
        var adopted = Assert.Single(await database.Store<FleetAudit>().ReadAsync(500, long.MaxValue, ContractTests.Token), access => access.Action is FleetAction.Adopt);
        Assert.Equal((account, agent, FleetGiven.Full("1"), "was vault"), (adopted.AccountId!.Value, adopted.AgentId!, adopted.Fingerprint!, adopted.Detail));

        // A login that nobody knows, where ours was: the client renewed it. Without the grant, the agent still holds it.
        await database.ReportAsync(agent, "renewed", sequence: 3);
        Assert.Equal(account, (await database.AgentFactsAsync(agent)).AccountId);
        await database.Store<AgentStore>().GrantAsync(agent, account, granted: false, Given.Admin);
        Assert.Equal(account, (await database.AgentFactsAsync(agent)).AccountId);
        await database.ReportAsync(agent, applied: null, sequence: 4);
        Assert.Null((await database.AgentFactsAsync(agent)).AccountId);
        await database.ReportAsync(agent, FleetGiven.Full("1"), sequence: 5);
        Assert.Equal(account, (await database.AgentFactsAsync(agent)).AccountId);
        Assert.Null((await database.AgentFactsAsync(stranger)).AccountId);
    }

    [Theory, EachDatabase]
    public async Task SignedUntil_OfAClockThatIsAhead_IsStored_AndNeverShortened(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var agent = await database.AgentAsync("machine");
        var ahead = database.Time.GetUtcNow().AddSeconds(20);

        Assert.Equal(SequenceVerdict.Newer, await database.Store<HeartbeatSequences>().AdvanceAsync(await database.EnrolledAsync(agent), 1, ahead));
        await database.ExecuteAsync(AgentSql.SignedUntil, ("until", 1), ("agent", agent));

        Assert.Equal(ahead.AddSeconds(30), (await database.EnrolledAsync(agent)).SignedUntil);
    }

    private static Task<List<(FleetAccountId, long)>> SinceAsync(TestDatabase database, string agent) =>
        database.WriteAsync(session => session.List(AgentSql.AccountSince, rows => (new FleetAccountId(rows.Int64(0)), rows.Int64(1)), ("agent", agent)));
}
