using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Whose login is in a config dir, and what of that ends with its agent's grants.</summary>
public sealed class AdoptionRuleTests
{
    private const string Full = "f00000000001";
    private const string Access = "a00000000001";
    private const string Unknown = "000000000000";

    [Theory]
    [InlineData(Full, true, Holder.Vault, null, 1L, Holder.Vault)]
    [InlineData(Full, true, Holder.Foreign, null, 1L, Holder.Foreign)]
    [InlineData(Full, true, Holder.Agent, Agent, 1L, null)]
    [InlineData(Full, true, Holder.Agent, OtherAgent, 1L, null)]
    [InlineData(Access, true, Holder.Vault, null, 1L, null)]
    [InlineData(Access, true, Holder.Agent, OtherAgent, 1L, null)]
    [InlineData(Full, false, Holder.Vault, null, null, null)]
    [InlineData(Full, false, Holder.Agent, OtherAgent, null, null)]
    [InlineData(Full, false, Holder.Agent, Agent, 1L, null)]
    [InlineData(Access, false, Holder.Vault, null, null, null)]
    public void KnownLogin_IsItsAccounts_IfThatIsGrantedOrHeld(string applied, bool granted, string holder, string? holderAgent, long? account, string? former) =>
        Assert.Equal(new AdoptionDecision(FleetAccountId.Of(account), former), AdoptionRule.Decide(Facts(applied, null, granted, One(holder, holderAgent))));

    [Fact]
    public void LoginWithoutARefreshToken_IsNotHeldByAnyone() =>
        Assert.Equal(new AdoptionDecision(new FleetAccountId(1)), AdoptionRule.Decide(Facts(Full, null, true, One(Holder.Vault, null) with { AccessFingerprint = Full, IsRefreshable = false })));

    [Theory]
    [InlineData(Holder.Agent, Agent, 1L)]
    [InlineData(Holder.Agent, OtherAgent, null)]
    [InlineData(Holder.Vault, null, null)]
    public void UnknownLogin_WhereTheAgentHeldOne_IsThatOneRenewed(string holder, string? holderAgent, long? account)
    {
        Assert.Equal(new AdoptionDecision(FleetAccountId.Of(account)), AdoptionRule.Decide(Facts(Unknown, former: 1, true, One(holder, holderAgent))));
        Assert.Equal(new AdoptionDecision(null), AdoptionRule.Decide(Facts(Unknown, former: null, true, One(holder, holderAgent))));
    }

    [Fact]
    public void EmptyConfigDir_HasNoAccount() => Assert.Equal(new AdoptionDecision(null), AdoptionRule.Decide(Facts(null, former: 1, true, One(Holder.Agent, Agent))));

    [Fact]
    public void Grant_MakesAReportedLoginCount_AndItsWithdrawalEndsThat()
    {
        var facts = Facts(Full, null, granted: false, One(Holder.Vault, null));

        Assert.Equal(new AdoptionDecision(new FleetAccountId(1), Holder.Vault), AdoptionRule.Decide(facts.With(new FleetAccountId(1), granted: true)));
        Assert.Equal(new AdoptionDecision(null), AdoptionRule.Decide(facts.With(new FleetAccountId(1), granted: true).With(new FleetAccountId(1), granted: false)));
    }

    [Fact]
    public void AnyFacts_ChangeTheHolderOnlyOfAGrantedAccountThatNoAgentHolds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var facts = Draw(random);

            var decision = AdoptionRule.Decide(facts);

            var account = facts.Accounts.SingleOrDefault(one => one.AccountId == decision.AccountId);
            Assert.True(decision.AccountId is not { } id || facts.Granted.Contains(id) || facts.Holds(id), "it may not have that account");
            Assert.True(decision.FormerHolder is null || (facts.Granted.Contains(account!.AccountId) && account.Holder is not Holder.Agent), "another agent holds it");
            Assert.True(decision.FormerHolder is null || (account!.Fingerprint == facts.Applied && account.IsRefreshable), "it is not the full login");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Withdrawal_EndsWhatWasNeverDelivered_AndTheVaultHasItsLogin()
    {
        var login = Fresh();
        var facts = Facts(login.AccessFingerprint, former: 1, true, new ConfigDirAccount(new FleetAccountId(1), Holder.Agent, Agent, login.Fingerprint, login.AccessFingerprint, true));
        var (sent, unsent) = (Command(id: 1, isDelivered: true, login: login), Command(id: 2, login: login));

        var ended = WithdrawalRule.Decide(facts, [unsent]);
        var kept = WithdrawalRule.Decide(facts, [sent]);

        Assert.Equal((2, true, null), (Assert.Single(ended.Ended).Id, ended.Ended[0].IsTakenBack, ended.AccountId?.Value));
        Assert.Empty(kept.Ended);
        Assert.Equal(1, kept.AccountId?.Value);
    }

    [Fact]
    public void Withdrawal_LeavesAnAgentWhatItHolds_AndNothingElse()
    {
        Assert.Equal(1, WithdrawalRule.Decide(Facts(Full, 1, true, One(Holder.Agent, Agent)), []).AccountId?.Value);
        Assert.Null(WithdrawalRule.Decide(Facts(Access, 1, true, One(Holder.Vault, null)), []).AccountId);
        Assert.Equal(1, WithdrawalRule.Decide(Facts(Full, 1, true, One(Holder.Agent, Agent)), [Command(whole: false, isHeld: false)]).AccountId?.Value);
    }

    private static ConfigDirAccount One(string holder, string? holderAgent) => new(new FleetAccountId(1), holder, holderAgent, Full, Access, IsRefreshable: true);

    private static ConfigDirFacts Facts(string? applied, long? former, bool granted, ConfigDirAccount account) =>
        new(Agent, applied, FleetAccountId.Of(former), [account], granted ? new HashSet<FleetAccountId> { account.AccountId } : []);

    private static ConfigDirFacts Draw(System.Random random)
    {
        var accounts = Enumerable.Range(1, random.Next(0, 4)).Select(id =>
        {
            var (holder, agent) = random.Next(4) switch
            {
                0 => (Holder.Vault, null),
                1 => (Holder.Foreign, null),
                2 => (Holder.Agent, Agent),
                _ => (Holder.Agent, (string?)OtherAgent),
            };
            return new ConfigDirAccount(new FleetAccountId(id), holder, agent, $"f{id:d11}", $"a{id:d11}", random.Next(4) > 0);
        }).ToList();
        var applied = random.Next(4) switch { 0 => null, 1 => $"f{random.Next(1, 5):d11}", 2 => $"a{random.Next(1, 5):d11}", _ => Unknown };
        var granted = Enumerable.Range(1, 4).Where(_ => random.Next(2) == 0).Select(id => new FleetAccountId(id)).ToHashSet();
        return new ConfigDirFacts(Agent, applied, random.Next(3) == 0 ? null : new FleetAccountId(random.Next(1, 5)), accounts, granted);
    }
}
