using Ccflux.Receiver.Fleet.Vault;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What changes an account's details, and what an answer of its issuer teaches about its login.</summary>
public sealed class AccountRuleTests
{
    private static readonly AccountDetails Before = new("work", "a@example.org", "max", null, 70, null);
    private static readonly IssuerAnswer Ok = new(IssuerVerdict.Ok, AccountUuid: "person", OrganizationUuid: Organization);

    [Fact]
    public void Edit_DescribesWhatChanges()
    {
        Assert.Equal(new AccountEditDecision(null, ""), AccountEditRule.Decide(Before, labelOwner: new FleetAccountId(1), new FleetAccountId(1), Before));
        Assert.Equal(
            new AccountEditDecision(null, "label was work, email, plan, next_charge, five_hour_ceiling 70 to default, seven_day_ceiling default to 90"),
            AccountEditRule.Decide(Before, labelOwner: null, new FleetAccountId(1), new AccountDetails("home", "b@example.org", "pro", "2026-12-01", null, 90)));
    }

    [Fact]
    public void Edit_OfNoAccount_OrToALabelOfAnother_IsRefused()
    {
        Assert.Equal("No such account.", AccountEditRule.Decide(null, labelOwner: new FleetAccountId(2), new FleetAccountId(1), Before).Refusal);
        Assert.Equal("label: another account has this name.", AccountEditRule.Decide(Before, labelOwner: new FleetAccountId(2), new FleetAccountId(1), Before).Refusal);
    }

    [Fact]
    public void Answer_AboutThisAccount_NamesItsOrganisation()
    {
        var login = LoginOf("1", lifetime: TimeSpan.FromHours(8));
        var stored = Account(login: login, organization: null);

        Assert.Equal(new LoginFindings("new key", null, true), LoginCheckRule.Decide(stored, "new key", login.AccessFingerprint, Ok, Now));
        Assert.Equal(new LoginFindings(null, null, false), LoginCheckRule.Decide(stored, null, login.AccessFingerprint, Ok, Now));
        Assert.Equal(new LoginFindings(null, null, false), LoginCheckRule.Decide(stored, "new key", login.AccessFingerprint, Ok with { AccountUuid = "other" }, Now));
        Assert.Equal(new LoginFindings(null, null, false), LoginCheckRule.Decide(stored, "new key", login.AccessFingerprint, new IssuerAnswer(IssuerVerdict.Dead), Now));
    }

    [Theory]
    [InlineData((int)IssuerVerdict.Ok, "person", 60)]
    [InlineData((int)IssuerVerdict.Ok, "other", null)]
    [InlineData((int)IssuerVerdict.Dead, null, 0)]
    [InlineData((int)IssuerVerdict.Refused, null, null)]
    [InlineData((int)IssuerVerdict.Unknown, null, null)]
    public void Answer_AboutALoginThatDoesNotStateWhenItExpires_ShowsWhetherItHas(int verdict, string? account, int? minutes)
    {
        var login = LoginOf("1");

        var found = LoginCheckRule.Decide(Account(login: login), null, login.AccessFingerprint, new IssuerAnswer((IssuerVerdict)verdict, AccountUuid: account), Now);

        Assert.Equal(new LoginFindings(null, minutes is { } known ? Now.AddMinutes(known) : null, true), found);
    }

    [Fact]
    public void Answer_AboutALoginThatWasReplaced_TeachesNothing()
    {
        var asked = LoginOf("1").AccessFingerprint;

        Assert.All(
            [null, Account(login: LoginOf("2"), organization: null), Account(login: LoginOf("1"), organization: null) with { Login = null }],
            stored => Assert.Equal(LoginFindings.None, LoginCheckRule.Decide(stored, "new key", asked, Ok, Now)));
    }
}
