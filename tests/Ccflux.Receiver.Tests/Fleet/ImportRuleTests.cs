using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;
using static Ccflux.Receiver.Tests.Fleet.RuleFacts;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Whether a login may be imported, and which account's login it replaces.</summary>
public sealed class ImportRuleTests
{
    private static readonly ImportFacts Empty = new(null, null, null, 0, null);
    private static readonly LoginOwner Owner = new("person", Organization, "person@example.org", IsAsked: true);
    private static readonly LoginToImport Import = new("seat 1", Owner, null, Fresh("new"), VaultOnly: true);

    [Fact]
    public void LoginOfAnUnknownPerson_IsANewAccount() => Assert.Equal(new ImportDecision(null), ImportRule.Decide(Empty, Import));

    [Fact]
    public void LoginOfAKnownAccount_ReplacesItsOwn()
    {
        var known = Account();

        Assert.Equal(new ImportDecision(null, known), ImportRule.Decide(Empty with { OfKey = known, OfPerson = known }, Import));
    }

    [Fact]
    public void LoginOfAnotherOrganisation_IsANewAccount() =>
        Assert.Equal(new ImportDecision(null), ImportRule.Decide(Empty with { OfPerson = Account(organization: "other") }, Import));

    [Fact]
    public void LoginThatDoesNotNameItsOrganisation_ReplacesNothing()
    {
        var import = Import with { Owner = Owner with { OrganizationUuid = null, IsAsked = false } };

        Assert.StartsWith("The login does not name its organisation", ImportRule.Decide(Empty with { OfPerson = Account() }, import).Refusal, StringComparison.Ordinal);
    }

    /// <summary>An account whose organisation is unknown may be another one. It is the same if it is the same login, if its issuer names no organisation, or if it
    /// needs a login and the operator names it.</summary>
    [Fact]
    public void AccountWhoseOrganisationIsUnknown_IsReplacedOnlyIfItIsTheSame()
    {
        var unknown = Account(organization: null);
        var facts = Empty with { OfPerson = unknown, LabelOwner = new FleetAccountId(1) };

        var refused = ImportRule.Decide(facts, Import with { Asked = "answered 500" });

        Assert.StartsWith("The vault has seat 1 of the same account, and its organisation is unknown (its issuer: answered 500)", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(new ImportDecision(null, unknown, "person:organisation"), ImportRule.Decide(facts, Import with { Login = Fresh() }));
        var faulty = unknown with { Fault = AccountFault.Unknown };
        Assert.Equal(new ImportDecision(null, faulty, "person:organisation"), ImportRule.Decide(facts with { OfPerson = faulty }, Import with { Label = "SEAT 1" }));
        Assert.NotNull(ImportRule.Decide(facts with { OfPerson = faulty }, Import with { Label = "seat 2" }).Refusal);
        var nameless = Import with { Owner = Owner with { OrganizationUuid = null } };
        Assert.Equal(new ImportDecision(null, unknown), ImportRule.Decide(facts with { OfKey = unknown }, nameless));
        Assert.NotNull(ImportRule.Decide(facts with { OfKey = unknown }, nameless with { Owner = nameless.Owner with { IsAsked = false } }).Refusal);
    }

    [Fact]
    public void LabelOfAnotherAccount_IsTaken()
    {
        var known = Account();

        Assert.Equal("label: another account is already called seat 1.", ImportRule.Decide(Empty with { LabelOwner = new FleetAccountId(2) }, Import).Refusal);
        Assert.Equal("label: another account is already called seat 1.", ImportRule.Decide(Empty with { OfKey = known, LabelOwner = new FleetAccountId(2) }, Import).Refusal);
        Assert.Null(ImportRule.Decide(Empty with { OfKey = known, LabelOwner = new FleetAccountId(1) }, Import).Refusal);
    }

    [Fact]
    public void FullVault_TakesNewLoginsOfKnownAccountsOnly()
    {
        var full = Empty with { Count = VaultStore.MaxAccounts };

        Assert.Equal("The vault is full: at most 1000 accounts.", ImportRule.Decide(full, Import).Refusal);
        Assert.Null(ImportRule.Decide(full with { OfKey = Account() }, Import).Refusal);
    }

    [Fact]
    public void LoginInAConfigDir_IsItsAgents_UnlessItCannotBeRenewed()
    {
        Assert.Equal(Agent, ImportRule.Decide(Empty with { FoundAt = Agent }, Import).HolderAgent);
        Assert.Null(ImportRule.Decide(Empty with { FoundAt = Agent }, Import with { Login = Fresh(refreshable: false) }).HolderAgent);
    }

    [Fact]
    public void AnyImport_ReplacesOnlyALoginOfTheSamePerson_AndNoneOfAnotherOrganisation() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var organization = random.Next(3) == 0 ? null : Organization;
            var ofKey = random.Next(2) == 0 ? null : Account(organization: organization, login: Fresh(random.Next(3) == 0 ? "new" : "1"));
            var ofPerson = ofKey is { OrganizationUuid: null } ? ofKey : random.Next(3) switch
            {
                0 => ofKey,
                1 => Account(organization: null, id: 2, fault: random.Next(2) == 0 ? AccountFault.Unknown : null),
                _ => ofKey ?? Account(organization: "other", id: 3),
            };
            var count = random.Next(2) == 0 ? 0 : VaultStore.MaxAccounts;
            var facts = new ImportFacts(ofKey, ofPerson, random.Next(2) == 0 ? null : new FleetAccountId(random.Next(1, 4)), count, random.Next(2) == 0 ? null : Agent);
            var owner = new LoginOwner("person", organization, "", random.Next(2) == 0);
            var import = new LoginToImport($"seat {random.Next(1, 4)}", owner, null, Fresh("new"), random.Next(2) == 0);

            var decision = ImportRule.Decide(facts, import);

            Assert.True(decision.Refusal is null || decision is { Known: null, NewKey: null, HolderAgent: null });
            Assert.True(decision.Known?.OrganizationUuid is null || decision.Known.OrganizationUuid == organization, "another organisation's login was replaced");
            Assert.True(decision.Known is null || decision.Known == facts.OfKey || decision.Known == facts.OfPerson);
            Assert.True(decision.NewKey is null || (decision.NewKey == import.Owner.Key && facts.OfKey is null), "two accounts with one key");
            Assert.True(decision.NewKey is null || decision.Known!.OrganizationUuid is null, "an organisation changed");
            Assert.True(decision.Refusal is not null || facts.LabelOwner is null || facts.LabelOwner == decision.Known?.AccountId, "two accounts with one label");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
}
