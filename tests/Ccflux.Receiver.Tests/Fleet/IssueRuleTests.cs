using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Whether an agent is given a login, in full or as a copy.</summary>
public sealed class IssueRuleTests
{
    private static readonly Recipient Empty = new(Agent, "sealing", null, null, KeepsInKeychain: false, "key");
    private static readonly IssueFacts Good = new(Account(), Empty, IsGranted: true, "key", HasOpenCommand: false, IsRefreshing: false);

    [Fact]
    public void LoginOfTheVault_IsGivenInFull()
    {
        var decision = IssueRule.Decide(Good, allowCopy: false, Now);

        Assert.Equal((IssueOutcome.Issued, true, "refresh-1"), (decision.Outcome, decision.Whole, decision.Login!.RefreshToken));
    }

    [Theory]
    [InlineData(Holder.Agent, OtherAgent, true, (int)IssueOutcome.Issued)]
    [InlineData(Holder.Agent, OtherAgent, false, (int)IssueOutcome.HeldElsewhere)]
    [InlineData(Holder.Foreign, null, true, (int)IssueOutcome.Issued)]
    [InlineData(Holder.Foreign, null, false, (int)IssueOutcome.HeldElsewhere)]
    public void LoginThatIsHeldElsewhere_IsGivenAsACopyOrNotAtAll(string holder, string? agent, bool allowCopy, int outcome)
    {
        var decision = IssueRule.Decide(Good with { Account = Account(holder, agent) }, allowCopy, Now);

        Assert.Equal(((IssueOutcome)outcome, false), (decision.Outcome, decision.Whole));
        Assert.Null(decision.Login?.RefreshToken);
        Assert.Equal(outcome == (int)IssueOutcome.Issued ? "access-1" : null, decision.Login?.AccessToken);
    }

    [Fact]
    public void LoginWithoutARefreshToken_IsGivenAsItIs_WhileItIsValid()
    {
        var valid = IssueRule.Decide(Good with { Account = Account(login: Fresh(refreshable: false)) }, allowCopy: false, Now);
        var expired = IssueRule.Decide(Good with { Account = Account(login: LoginOf("1", refreshable: false, TimeSpan.Zero)) }, allowCopy: true, Now);
        var unstated = IssueRule.Decide(Good with { Account = Account(login: LoginOf("1", refreshable: false)) }, allowCopy: false, Now);

        Assert.Equal((IssueOutcome.Issued, false), (valid.Outcome, valid.Whole));
        Assert.Equal(IssueOutcome.HeldElsewhere, expired.Outcome);
        Assert.Equal(IssueOutcome.Issued, unstated.Outcome);
    }

    [Fact]
    public void ExpiredLogin_IsGivenInFullAndNeverAsACopy()
    {
        var account = Account(login: LoginOf("1", lifetime: TimeSpan.FromMinutes(-1)));

        Assert.Equal(IssueOutcome.Issued, IssueRule.Decide(Good with { Account = account }, allowCopy: false, Now).Outcome);
        Assert.Equal(IssueOutcome.HeldElsewhere, IssueRule.Decide(Good with { Account = account with { Holder = Holder.Foreign } }, allowCopy: true, Now).Outcome);
    }

    [Fact]
    public void ConfigDirThatHasIt_IsGivenNothing_UnlessItIsACopyAndTheVaultHasTheFullLogin()
    {
        var login = Fresh();
        var whole = Good with { Agent = Empty with { AccountId = new FleetAccountId(1), Applied = login.Fingerprint }, Account = Account(Holder.Agent, Agent, login) };
        var copy = Good with { Agent = Empty with { AccountId = new FleetAccountId(1), Applied = login.AccessFingerprint }, Account = Account(login: login) };

        Assert.Equal(IssueOutcome.AlreadyThere, IssueRule.Decide(whole, allowCopy: true, Now).Outcome);
        Assert.Equal((IssueOutcome.Issued, true), IssueRule.Decide(copy, allowCopy: false, Now) is var given ? (given.Outcome, given.Whole) : default);
        Assert.Equal(IssueOutcome.AlreadyThere, IssueRule.Decide(copy with { Account = Account(Holder.Agent, OtherAgent, login) }, allowCopy: true, Now).Outcome);
        Assert.Equal(IssueOutcome.AlreadyThere, IssueRule.Decide(copy with { Account = Account(login: Fresh(refreshable: false)) }, allowCopy: true, Now).Outcome);
    }

    /// <summary>Everything is wrong; the outcome names the first of it, in this order.</summary>
    [Fact]
    public void Refusals_AreNamedInAFixedOrder()
    {
        var login = Fresh();
        var facts = new IssueFacts(
            Account(login: login, fault: AccountFault.Unknown), null, IsGranted: false, "new key", HasOpenCommand: true, IsRefreshing: true);
        var agent = Empty with { AccountId = new FleetAccountId(1), Applied = login.Fingerprint, KeepsInKeychain = true };
        (IssueOutcome Outcome, Func<IssueFacts, IssueFacts> Correct)[] order =
        [
            (IssueOutcome.NoSuchAgent, wrong => wrong with { Agent = agent }),
            (IssueOutcome.NeedsLogin, wrong => wrong with { Account = Account(login: login) }),
            (IssueOutcome.NotGranted, wrong => wrong with { IsGranted = true }),
            (IssueOutcome.NoLoginFile, wrong => wrong with { Agent = wrong.Agent! with { KeepsInKeychain = false } }),
            (IssueOutcome.EnrolAgain, wrong => wrong with { SigningKey = "key" }),
            (IssueOutcome.Pending, wrong => wrong with { HasOpenCommand = false }),
            (IssueOutcome.AlreadyThere, wrong => wrong with { Agent = wrong.Agent! with { AccountId = null } }),
            (IssueOutcome.Refreshing, wrong => wrong with { IsRefreshing = false }),
            (IssueOutcome.Issued, wrong => wrong),
        ];

        foreach (var (outcome, correct) in order)
        {
            Assert.Equal(outcome, IssueRule.Decide(facts, allowCopy: true, Now).Outcome);
            facts = correct(facts);
        }
    }

    [Fact]
    public void AccountThatCannotBeUsed_NeedsALogin()
    {
        Assert.Equal(IssueOutcome.NeedsLogin, IssueRule.Decide(Good with { Account = null }, allowCopy: true, Now).Outcome);
        Assert.Equal(IssueOutcome.NeedsLogin, IssueRule.Decide(Good with { Account = Account() with { Login = null } }, allowCopy: true, Now).Outcome);
    }

    [Theory]
    [InlineData(null, "key")]
    [InlineData("key", null)]
    [InlineData(null, null)]
    [InlineData("key", "former key")]
    public void AgentThatKnowsNoKeyOfTheReceiver_MustEnrolAgain(string? receiver, string? pinned)
    {
        var facts = Good with { SigningKey = receiver, Agent = Empty with { ReceiverKey = pinned } };

        Assert.Equal(IssueOutcome.EnrolAgain, IssueRule.Decide(facts, allowCopy: true, Now).Outcome);
    }

    [Fact]
    public void AnyFacts_GiveTheFullLoginOnlyFromTheVault_AndNothingWithoutAGrant() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var (facts, allowCopy) = Draw(new System.Random(seed));

            var decision = IssueRule.Decide(facts, allowCopy, Now);

            Assert.Equal(decision.Outcome is IssueOutcome.Issued, decision.Login is not null);
            if (decision.Outcome is IssueOutcome.Issued)
            {
                Assert.True(facts is { IsGranted: true, HasOpenCommand: false, IsRefreshing: false, Agent.KeepsInKeychain: false, Account.Fault: null });
                Assert.Equal(facts.SigningKey, facts.Agent.ReceiverKey);
                Assert.True(decision.Whole || decision.Login!.RefreshToken is null, "a copy can renew itself");
                Assert.True(!decision.Whole || facts.Account.Holder is Holder.Vault, "the full login is elsewhere");
                Assert.True(decision.Whole || allowCopy || facts.Account.Holder is Holder.Vault, "a copy was not allowed");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static (IssueFacts Facts, bool AllowCopy) Draw(System.Random random)
    {
        bool Rarely() => random.Next(8) == 0;
        bool Often() => random.Next(2) == 0;
        var login = LoginOf("1", refreshable: !Rarely(), Often() ? TimeSpan.FromHours(random.Next(-1, 3)) : null);
        var holder = random.Next(3) switch { 0 => (Holder.Agent, Often() ? Agent : OtherAgent), 1 => (Holder.Foreign, null), _ => (Holder.Vault, (string?)null) };
        var account = Account(holder.Item1, holder.Item2, login, Rarely() ? AccountFault.InvalidGrant : null) with { Login = Rarely() ? null : login };
        var applied = random.Next(3) switch { 0 => login.Fingerprint, 1 => login.AccessFingerprint, _ => null };
        var agent = new Recipient(Agent, "sealing", applied, Often() ? new FleetAccountId(1) : null, Rarely(), Rarely() ? null : "key");
        return (new IssueFacts(Rarely() ? null : account, Rarely() ? null : agent, !Rarely(), Rarely() ? null : "key", Rarely(), Rarely()), Often());
    }
}
