using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What becomes of a login that an agent returns.</summary>
public sealed class ReturnedLoginRuleTests
{
    private static readonly Login Stored = Fresh();
    private static readonly Login Renewed = Fresh("2");

    [Fact]
    public void NewLogin_ThatReplacesTheVaults_NeedsItsIssuersWord() =>
        Assert.Equal(new ReturnedLoginDecision(null), ReturnedLoginRule.Look(Facts(Renewed, Account(Holder.Agent, Agent, Stored)), Returned(Stored.Fingerprint)));

    [Fact]
    public void Refusals_AreNamedInAFixedOrder()
    {
        var returned = Returned("0123456789ab");
        var account = Account(Holder.Vault, null, Stored);
        (string Outcome, string Detail, string? Fingerprint, ReturnedLoginFacts Facts)[] cases =
        [
            (ErrorCodes.AccountNotGranted, "", null, Facts(null, null)),
            (ErrorCodes.AccountNotGranted, "", null, Facts(null, account with { Login = null }) with { IsGranted = false }),
            (ErrorCodes.AccountNotGranted, "", null, Facts(Renewed, account with { Holder = Holder.Agent, HolderAgent = OtherAgent }) with { IsGranted = false }),
            (ErrorCodes.Busy, "the key ring is missing", null, Facts(Renewed, account with { Login = null })),
            (ErrorCodes.CredentialRefused, "cannot be opened, or contains no login", null, Facts(null, account)),
            (ErrorCodes.CredentialSuperseded, "replaces 0123456789ab", Renewed.Fingerprint, Facts(Renewed, account)),
        ];

        Assert.All(cases, one => Assert.Equal(new ReturnedLoginDecision(one.Outcome, one.Fingerprint, one.Detail), ReturnedLoginRule.Look(one.Facts, returned)));
    }

    [Fact]
    public void CopyWithOtherTokens_ReplacesNothing()
    {
        var copy = Renewed.WithoutRefresh();

        Assert.Equal(ErrorCodes.CredentialSuperseded, ReturnedLoginRule.Look(Facts(copy, Account(login: Stored)), Returned(Stored.Fingerprint)).Outcome);
    }

    [Fact]
    public void LoginOfItsHolder_IsTakenWithoutAGrant() =>
        Assert.Null(ReturnedLoginRule.Look(Facts(Renewed, Account(Holder.Agent, Agent, Stored)) with { IsGranted = false }, Returned(Stored.Fingerprint)).Outcome);

    [Theory]
    [InlineData(Holder.Vault, null, false, Holder.Agent)]
    [InlineData(Holder.Foreign, null, false, Holder.Agent)]
    [InlineData(Holder.Agent, Agent, false, null)]
    [InlineData(Holder.Agent, OtherAgent, false, Holder.Agent)]
    [InlineData(Holder.Vault, null, true, null)]
    [InlineData(Holder.Foreign, null, true, Holder.Vault)]
    [InlineData(Holder.Agent, Agent, true, Holder.Vault)]
    public void UnchangedLogin_SetsItsHolder(string holder, string? holderAgent, bool handedBack, string? after)
    {
        var decision = ReturnedLoginRule.Look(Facts(Stored, Account(holder, holderAgent, Stored)), Returned("0123456789ab", handedBack));

        Assert.Equal(
            new ReturnedLoginDecision(
                "ok", Stored.Fingerprint, handedBack ? "handed back, unchanged" : "unchanged", Stored.Fingerprint, false, after, handedBack ? null : Stored.Fingerprint),
            decision);
    }

    [Theory]
    [InlineData(OtherAgent, false)]
    [InlineData(Agent, true)]
    public void LoginThatWasGivenAgain_IsNotTakenBackByASecondReturn(string holder, bool isOnItsWay)
    {
        var facts = Facts(Stored, Account(Holder.Agent, holder, Stored)) with { IsOnItsWay = isOnItsWay };

        var decision = ReturnedLoginRule.Look(facts, Returned(Stored.Fingerprint, handedBack: true));

        Assert.Equal(("ok", null, null), (decision.Outcome, decision.Holder, decision.Applied));
    }

    [Fact]
    public void Copy_OfTheVaultsLogin_ChangesNothing()
    {
        var copy = Stored.WithoutRefresh();

        var decision = ReturnedLoginRule.Look(Facts(copy, Account(Holder.Foreign, null, Stored)), Returned(Stored.Fingerprint));

        Assert.Equal(new ReturnedLoginDecision("ok", copy.Fingerprint, "unchanged", Stored.Fingerprint), decision);
    }

    [Theory]
    [InlineData(Holder.Agent, Agent, false, "renewed", null)]
    [InlineData(Holder.Vault, null, false, "renewed", Holder.Agent)]
    [InlineData(Holder.Agent, Agent, true, "handed back", Holder.Vault)]
    [InlineData(Holder.Vault, null, true, "handed back", null)]
    public void ProvenLogin_ReplacesTheOneThatItStates(string holder, string? holderAgent, bool handedBack, string detail, string? after) =>
        Assert.Equal(
            new ReturnedLoginDecision("ok", Renewed.Fingerprint, detail, Renewed.Fingerprint, Replaces: true, after, handedBack ? null : Renewed.Fingerprint),
            ReturnedLoginRule.Store(Agent, Renewed, Account(holder, holderAgent, Stored), Returned(Stored.Fingerprint, handedBack)));

    [Fact]
    public void ProvenLogin_ThatReplacesAnother_IsSuperseded()
    {
        var refused = new ReturnedLoginDecision(ErrorCodes.CredentialSuperseded, Renewed.Fingerprint, $"replaces {Stored.Fingerprint}");

        Assert.Equal(refused, ReturnedLoginRule.Store(Agent, Renewed, Account(login: Fresh("3")), Returned(Stored.Fingerprint)));
        Assert.Equal(refused, ReturnedLoginRule.Store(Agent, Renewed, null, Returned(Stored.Fingerprint)));
    }

    [Fact]
    public void AnyReturn_KeepsOneHolder_AndReplacesOnlyWhatItStates() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var account = Draw(random);
            var login = random.Next(4) switch { 0 => Stored, 1 => Stored.WithoutRefresh(), 2 => Renewed.WithoutRefresh(), _ => Renewed };
            var returned = Returned(random.Next(2) == 0 ? Stored.Fingerprint : "0123456789ab", random.Next(2) == 0);
            var facts = new ReturnedLoginFacts(Agent, random.Next(8) == 0 ? null : login, account, random.Next(4) > 0, random.Next(4) == 0);

            var looked = ReturnedLoginRule.Look(facts, returned);
            var decision = looked.Outcome is null ? ReturnedLoginRule.Store(Agent, login, account, returned) : looked;

            Assert.False(looked.Replaces, "a login was taken without its issuer's word");
            Assert.True(!decision.Replaces || (returned.Replaces == account!.Fingerprint && login.RefreshToken is not null));
            Assert.Equal(decision.Outcome is "ok", decision.Kept is not null);
            Assert.True(decision.Holder is null || decision.Outcome is "ok");
            Assert.True(decision.Holder is not Holder.Agent || (decision.Applied == decision.Kept && !returned.HandedBack), "it holds what is not in its config dir");
            Assert.True(decision.Holder is not Holder.Vault || returned.HandedBack, "the vault took a login that is in use");
            Assert.True(decision.Outcome is null or "ok" || decision is { Holder: null, Applied: null, Kept: null });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    private static ReturnedLoginFacts Facts(Login? login, StoredAccount? account) => new(Agent, login, account, IsGranted: true, IsOnItsWay: false);

    private static StoredAccount? Draw(System.Random random)
    {
        var account = random.Next(5) switch
        {
            0 => null,
            1 => Account(Holder.Foreign, null, Stored),
            2 => Account(Holder.Agent, Agent, Stored),
            3 => Account(Holder.Agent, OtherAgent, Stored),
            _ => Account(Holder.Vault, null, Stored),
        };
        return random.Next(8) == 0 && account is not null ? account with { Login = null } : account;
    }
}
