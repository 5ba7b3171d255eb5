using System.Text;
using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Whether a refresh begins, and what its answer changes.</summary>
public sealed class RefreshRuleTests
{
    private static readonly Login Spent = Fresh();
    private static readonly StoredAccount Begun = Account(login: Spent) with { Failures = 1 };
    private static readonly RefreshFacts Good = new(Begun, InUse: false, IsOnItsWay: false, IntentAt: null);
    private static readonly RenewedTokens Tokens = new("access-2", "refresh-2", Now.AddHours(8), null);
    private static readonly IssuerAnswer Answered = new(IssuerVerdict.Ok, Tokens, "person", OrganizationUuid: Organization);

    private static readonly DateTimeOffset LongAgo = Now - TokenRule.IntentLifetime;

    [Fact]
    public void LoginOfTheVault_ThatNothingUses_IsRenewed()
    {
        Assert.Equal(new RefreshStart(true, false), RefreshRule.Begin(Good, Spent.Fingerprint, again: false, Now));
        Assert.Equal(new RefreshStart(true, false), RefreshRule.Begin(Good, Spent.Fingerprint, again: true, Now));
    }

    [Fact]
    public void LoginThatIsNotTheVaultsToRenew_IsLeftAlone()
    {
        RefreshFacts[] wrong =
        [
            Good with { Account = null },
            Good with { Account = Begun with { Login = null } },
            Good with { Account = Account(login: Fresh(refreshable: false)) },
            Good with { Account = Begun with { Holder = Holder.Foreign } },
            Good with { Account = Begun with { Holder = Holder.Agent, HolderAgent = Agent } },
            Good with { Account = Account(login: Fresh("2")) },
            Good with { Account = Begun with { Fault = AccountFault.InvalidGrant } },
            Good with { Account = Begun with { Fault = AccountFault.OtherAccount } },
            Good with { InUse = true },
        ];

        Assert.All(wrong, facts => Assert.Equal(new RefreshStart(false, false), RefreshRule.Begin(facts, Spent.Fingerprint, again: true, Now)));
    }

    [Fact]
    public void LoginThatMayBeSpent_IsSentAgainOnlyIfTheOperatorSaysSo()
    {
        var unknown = Good with { Account = Begun with { Fault = AccountFault.Unknown } };

        Assert.False(RefreshRule.Begin(unknown, Spent.Fingerprint, again: false, Now).Begins);
        Assert.True(RefreshRule.Begin(unknown, Spent.Fingerprint, again: true, Now).Begins);
    }

    [Theory]
    [InlineData(0, false, false, false)]
    [InlineData(0, true, false, false)]
    [InlineData(1, false, false, false)]
    [InlineData(1, true, true, true)]
    public void RefreshInProgress_ExcludesAnother_UnlessItIsOldAndTheOperatorSaysSo(int old, bool again, bool begins, bool endsOldIntent)
    {
        var facts = Good with { IntentAt = old == 1 ? LongAgo : LongAgo.AddMilliseconds(1) };

        Assert.Equal(new RefreshStart(begins, endsOldIntent), RefreshRule.Begin(facts, Spent.Fingerprint, again, Now));
    }

    [Fact]
    public void LoginOnItsWayToAnAgent_IsNotRenewed() => Assert.False(RefreshRule.Begin(Good with { IsOnItsWay = true }, Spent.Fingerprint, again: true, Now).Begins);

    [Fact]
    public void AnyFacts_BeginOnlyOneRefreshOfALoginThatTheVaultAloneHolds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var (facts, again) = (Draw(random), random.Next(2) == 0);

            var start = RefreshRule.Begin(facts, Spent.Fingerprint, again, Now);

            Assert.True(!start.Begins || facts is { InUse: false, IsOnItsWay: false, Account: { Holder: Holder.Vault, Login.RefreshToken: not null } });
            Assert.True(!start.Begins || facts.Account!.Fault is null or AccountFault.Unknown);
            Assert.True(!start.Begins || facts.Account!.Fingerprint == Spent.Fingerprint);
            Assert.True(!start.Begins || facts.IntentAt is null || start.EndsOldIntent, "two refreshes at once");
            Assert.True(!start.EndsOldIntent || (again && facts.IntentAt <= LongAgo), "a refresh that may be in progress was ended");
            Assert.True(!start.Begins || again || facts.Account!.Fault is null, "a token that may be spent was sent");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Answer_WithTokens_ReplacesTheLogin()
    {
        var settled = RefreshRule.Settle(Begun, Spent, Begun, Answered);

        Assert.Equal((RefreshOutcome.Renewed, "ok", settled.Renewed!.Fingerprint), (settled.Outcome, settled.Note, settled.Fingerprint));
        Assert.Equal(("access-2", "refresh-2", null, null), (settled.Renewed.AccessToken, settled.Renewed.RefreshToken, settled.Fault, settled.RetryIn));
    }

    [Fact]
    public void Answer_WithoutAnAccessToken_IsStoredAndAskedForAgain()
    {
        var settled = RefreshRule.Settle(Begun, Spent, Begun, Answered with { Tokens = Tokens with { AccessToken = null } });

        Assert.Equal((RefreshOutcome.Failed, "failed", "an answer without an access token"), (settled.Outcome, settled.Note, settled.Detail));
        Assert.Equal(("access-1", "refresh-2", TimeSpan.FromMinutes(2)), (settled.Renewed!.AccessToken, settled.Renewed.RefreshToken, settled.RetryIn));
        Assert.Equal(settled.Renewed.Fingerprint, settled.Fingerprint);
    }

    [Fact]
    public void Answer_ForALoginThatWasReplaced_IsStoredOnceOrNotAtAll()
    {
        var other = RefreshRule.Settle(Begun, Spent, Account(login: Fresh("3")), Answered);
        var gone = RefreshRule.Settle(Begun, Spent, null, Answered);
        var recovered = RefreshRule.Settle(Begun, Spent, Account(login: Fresh("2")), Answered);

        Assert.All([other, gone], settled => Assert.Equal((RefreshOutcome.Superseded, "superseded", null), (settled.Outcome, settled.Note, settled.Renewed)));
        Assert.Equal((RefreshOutcome.Renewed, "ok", null), (recovered.Outcome, recovered.Note, recovered.Renewed));
    }

    [Theory]
    [InlineData("other", Organization)]
    [InlineData("person", "other")]
    public void Answer_ForAnotherAccount_IsAFault(string account, string organization)
    {
        var settled = RefreshRule.Settle(Begun, Spent, Begun, Answered with { AccountUuid = account, OrganizationUuid = organization });

        Assert.Equal((RefreshOutcome.NeedsLogin, AccountFault.OtherAccount, AccountFault.OtherAccount, null), (settled.Outcome, settled.Fault, settled.Note, settled.Renewed));
    }

    [Fact]
    public void Answer_ThatNamesNoOwner_OrTheFirstOrganisation_IsTheAccounts()
    {
        var unknown = Account(login: Spent, organization: null);

        Assert.Equal(RefreshOutcome.Renewed, RefreshRule.Settle(Begun, Spent, Begun, Answered with { AccountUuid = null, OrganizationUuid = null }).Outcome);
        Assert.Equal(RefreshOutcome.Renewed, RefreshRule.Settle(unknown, Spent, unknown, Answered).Outcome);
    }

    [Theory]
    [InlineData((int)IssuerVerdict.Dead, AccountFault.InvalidGrant, "")]
    [InlineData((int)IssuerVerdict.Unknown, AccountFault.Unknown, "why")]
    [InlineData((int)IssuerVerdict.Ok, AccountFault.Unknown, "why")]
    public void Answer_AfterWhichTheTokenIsDeadOrMayBe_NeedsALogin(int verdict, string fault, string detail)
    {
        var settled = RefreshRule.Settle(Begun, Spent, null, new IssuerAnswer((IssuerVerdict)verdict, Reason: "why"));

        Assert.Equal(new RefreshSettlement(RefreshOutcome.NeedsLogin, fault, Spent.Fingerprint, detail, Fault: fault), settled);
    }

    [Theory]
    [InlineData((int)IssuerVerdict.Refused, 0, 120)]
    [InlineData((int)IssuerVerdict.Refused, 600, 600)]
    [InlineData((int)IssuerVerdict.Unreachable, 0, 120)]
    public void Answer_ThatChangedNothing_IsAskedForAgainLater(int verdict, int retryAfter, int seconds)
    {
        var answer = new IssuerAnswer((IssuerVerdict)verdict, Reason: "answered 429", RetryAfter: retryAfter == 0 ? null : TimeSpan.FromSeconds(retryAfter));

        Assert.Equal(
            new RefreshSettlement(RefreshOutcome.Failed, "failed", Spent.Fingerprint, "answered 429", RetryIn: TimeSpan.FromSeconds(seconds)),
            RefreshRule.Settle(Begun, Spent, Begun, answer));
    }

    [Fact]
    public void WrittenAnswer_IsSuperseded_OnceItsAccountHasAnotherLogin()
    {
        var left = new JournaledAnswer(new FleetAccountId(1), "person", Spent.Fingerprint, "intent", Now, Encoding.UTF8.GetBytes("{}"));

        Assert.False(RefreshRule.IsSuperseded(left, Begun));
        Assert.False(RefreshRule.IsSuperseded(left, Begun with { RefreshedAt = Now, Login = null }));
        Assert.All(
            [null, Begun with { RefreshedAt = Now.AddMilliseconds(1) }, Begun with { Uuid = "other" }, Account(login: Fresh("2"))],
            account => Assert.True(RefreshRule.IsSuperseded(left, account)));
    }

    private static RefreshFacts Draw(System.Random random)
    {
        bool Rarely() => random.Next(6) == 0;
        var login = Rarely() ? Fresh("3") : Rarely() ? Fresh(refreshable: false) : Spent;
        var holder = random.Next(4) switch { 0 => Holder.Agent, 1 => Holder.Foreign, _ => Holder.Vault };
        var fault = random.Next(6) switch { 0 => AccountFault.Unknown, 1 => AccountFault.InvalidGrant, _ => null };
        var account = Account(holder, holder is Holder.Agent ? Agent : null, login, fault) with { Login = Rarely() ? null : login };
        return new RefreshFacts(Rarely() ? null : account, Rarely(), Rarely(), random.Next(3) == 0 ? Now.AddSeconds(-random.Next(0, 200)) : null);
    }
}
