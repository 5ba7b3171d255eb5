using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Simulator;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>One person's account in two organisations: two seats, each with its own login and limits.</summary>
public sealed class OrganisationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_OfASecondOrganisation_GivesASecondAccount()
    {
        await using var rig = await StartAsync();

        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));

        var accounts = rig.Issuer.Accounts;
        Assert.NotEqual(first, second);
        Assert.Equal(
            [AccountKey.Of(accounts[0].Id, accounts[0].OrganizationId), AccountKey.Of(accounts[0].Id, accounts[1].OrganizationId)],
            (await rig.Vault.AllAsync(Cancellation)).Select(facts => facts.Key));
        Assert.Equal(accounts[0].AccessToken, await TokenAsync(rig, first));
        Assert.Equal(accounts[1].AccessToken, await TokenAsync(rig, second));
        Assert.Equal(first, await rig.ImportAsync(1));
    }

    [Fact]
    public async Task Import_WhereTheKnownOnesOrganisationIsUnknown_AsksItsIssuerFirst()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        await ForgetOrganisationAsync(rig, first);

        var second = await rig.ImportAsync(2);

        Assert.NotEqual(first, second);
        Assert.Equal(rig.Issuer.Accounts[0].OrganizationId, (await rig.FactsAsync(first)).OrganizationUuid);
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
    }

    [Fact]
    public async Task Import_WhereTheKnownOnesOrganisationCannotBeKnown_IsRefusedInWords()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        await ForgetOrganisationAsync(rig, first);
        rig.Issuer.Plan(new Fault(FaultKind.ServerError, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddHours(1), Account: 1, Path: SimulatedUpstream.ProfilePath));

        var result = await TryImportAsync(rig, 2);

        Assert.Null(result.AccountId);
        Assert.StartsWith("The vault has seat 1 of the same account", result.Message, StringComparison.Ordinal);
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
    }

    [Fact]
    public async Task Import_ThatCannotSayItsOrganisation_ReplacesNothing()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        var login = JsonNode.Parse(rig.LoginOf(2, TimeSpan.FromHours(-1)))!.AsObject();
        login.Remove("organizationUuid");

        var result = await rig.Receiver.Service<AccountImport>().ImportAsync("seat 1", Encoding.UTF8.GetBytes(login.ToJsonString()), vaultOnly: true, Actor.Cli, Cancellation);

        Assert.StartsWith("The login does not name its organisation", result.Message, StringComparison.Ordinal);
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
    }

    [Fact]
    public async Task RefreshLoop_LearnsAnUnknownOrganisation_AndItsQuotaStaysItsOwn()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        await ForgetOrganisationAsync(rig, first);
        rig.Execute($"INSERT INTO quota_accounts (account_id, account_key, owner, source, created_at) VALUES (77, '{rig.Issuer.Accounts[0].Id}', 0, 'oauth', 0)");

        await rig.RefreshAsync();

        var facts = await rig.FactsAsync(first);
        Assert.Equal((rig.Issuer.Accounts[0].OrganizationId, true), (facts.OrganizationUuid, facts.CanOpen));
        Assert.Equal(facts.Key, Text(rig, "SELECT account_key FROM quota_accounts WHERE account_id = 77"));
    }

    [Fact]
    public async Task Refresh_OfAnAccountWhoseOrganisationIsUnknown_LearnsIt()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        await ForgetOrganisationAsync(rig, first);
        rig.Issuer.Plan(new Fault(FaultKind.ServerError, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddHours(1), Path: SimulatedUpstream.ProfilePath));

        Assert.Equal(RefreshOutcome.Renewed, Assert.Single(await rig.RefreshAsync()).Outcome);

        var facts = await rig.FactsAsync(first);
        Assert.Equal((rig.Issuer.Accounts[0].OrganizationId, true), (facts.OrganizationUuid, facts.CanOpen));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
    }

    [Fact]
    public async Task Refresh_AnsweredForAnotherOrganisation_IsNotTakenForTheAccounts()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        rig.Issuer.ShapeRefresh = body => body.Replace(rig.Issuer.Accounts[0].OrganizationId, rig.Issuer.Accounts[1].OrganizationId, StringComparison.Ordinal);

        Assert.Equal(RefreshOutcome.NeedsLogin, Assert.Single(await rig.RefreshAsync()).Outcome);

        Assert.Equal(AccountFault.OtherAccount, (await rig.FactsAsync(first)).Fault);
        Assert.NotNull(rig.Receiver.Service<RefreshJournal>().FindUnread(first));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Returned_LoginOfAnotherOrganisation_IsRefusedAndTheVaultKeepsItsOwn(bool isUnknown)
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        using var agent = await GiveAsync(rig, first);
        if (isUnknown)
        {
            await ForgetOrganisationAsync(rig, first);
        }

        agent.Login = JsonNode.Parse(rig.LoginOf(2, TimeSpan.FromHours(8)));
        using var answer = await agent.ReturnAsync();

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(ErrorCodes.CredentialRefused, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
        Assert.StartsWith("of another account", Assert.Single(await rig.RefusalsAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Returned_LoginThatItsClientRenewed_TeachesTheOrganisation()
    {
        await using var rig = await StartAsync();
        var first = await rig.ImportAsync(1);
        using var agent = await GiveAsync(rig, first);
        await ForgetOrganisationAsync(rig, first);
        Assert.True(rig.Issuer.Accounts[0].TryRefresh(rig.Issuer.Accounts[0].RefreshToken)); // and the issuer ended the access token that the vault has
        agent.Login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(8)));

        using var answer = await agent.ReturnAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var facts = await rig.FactsAsync(first);
        Assert.Equal((rig.Issuer.Accounts[0].OrganizationId, RefreshPath.Session), (facts.OrganizationUuid, facts.RefreshedBy));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await TokenAsync(rig, first));
    }

    [Fact]
    public async Task Returned_ByAnAgentWithBothOrganisations_GoesToTheOneThatItWasGiven()
    {
        await using var rig = await StartAsync();
        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        await rig.Commands.IssueAsync(agent.Id, second, allowCopy: false, Actor.Cli);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);
        Assert.True(rig.Issuer.Accounts[1].TryRefresh(rig.Issuer.Accounts[1].RefreshToken));
        agent.Login = JsonNode.Parse(rig.LoginOf(2, TimeSpan.FromHours(8)));

        using var answer = await agent.ReturnAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((RefreshPath.Login, RefreshPath.Session), ((await rig.FactsAsync(first)).RefreshedBy, (await rig.FactsAsync(second)).RefreshedBy));
    }

    private static async Task<FleetRig> StartAsync()
    {
        var rig = await FleetRig.StartAsync();
        rig.Issuer.Accounts[1].Id = rig.Issuer.Accounts[0].Id;
        return rig;
    }

    private static Task<ImportResult> TryImportAsync(FleetRig rig, int number) => rig.Receiver.Service<AccountImport>().ImportAsync(
        $"seat {number}", Encoding.UTF8.GetBytes(rig.LoginOf(number, TimeSpan.FromHours(8))), vaultOnly: true, Actor.Cli, Cancellation);

    private static async Task<SimulatedAgent> GiveAsync(FleetRig rig, FleetAccountId account)
    {
        var agent = await rig.EnrolAsync("build-1", account);
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);
        Assert.NotNull(agent.Login);
        return agent;
    }

    private static async Task<string?> TokenAsync(FleetRig rig, FleetAccountId account) => await rig.Vault.AccessTokenAsync((await rig.FactsAsync(account)).Key, Cancellation);

    /// <summary>Sets the row back to the form in which an earlier version imported it: by the account's id alone.</summary>
    private static async Task ForgetOrganisationAsync(FleetRig rig, FleetAccountId account)
    {
        var facts = await rig.FactsAsync(account);
        var protection = rig.Receiver.Service<VaultProtection>();
        using var connection = Open(rig);
        using var read = connection.CreateCommand();
        read.CommandText = $"SELECT credential FROM fleet_accounts WHERE account_id = {account}";
        var login = protection.Unprotect(VaultStore.Purpose(facts.Key), (byte[])read.ExecuteScalar()!)!;
        using var write = connection.CreateCommand();
        write.CommandText = $"UPDATE fleet_accounts SET account_key = account_uuid, organization_uuid = NULL, credential = @login WHERE account_id = {account}";
        write.Parameters.AddWithValue("@login", protection.Protect(VaultStore.Purpose(facts.Uuid), login));
        write.ExecuteNonQuery();
    }

    private static string Text(FleetRig rig, string sql)
    {
        using var connection = Open(rig);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private static SqliteConnection Open(FleetRig rig)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = rig.Receiver.DatabasePath, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
