using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Simulator;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

public sealed class AgentTests
{
    [Fact]
    public async Task Swap_FromSealToConfirmation_MovesTheLoginToTheAgent()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        await rig.BeatAsync(agent);

        var issued = await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        Assert.Equal((IssueOutcome.Issued, true), (issued.Outcome, issued.Whole));
        Assert.Equal(Holder.Agent, (await rig.FactsAsync(account)).Holder);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);

        Assert.Equal(rig.Issuer.Accounts[0].RefreshToken, agent.Login!["refreshToken"]!.GetValue<string>());
        Assert.Equal("max", agent.Login["subscriptionType"]!.GetValue<string>());
        var facts = await rig.FactsAsync(account);
        Assert.Equal((Holder.Agent, agent.Id, "build-1", true, true), (facts.Holder, facts.HolderAgent, facts.HolderMachine, facts.InUse, facts.HolderHasIt));
        Assert.Equal(["import", "code", "enrol", "grant", "seal", "deliver", "confirm"], (await rig.AuditAsync()).Select(row => row.Action).Reverse());
        Assert.Equal(IssueOutcome.AlreadyThere, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: true, Actor.Cli)).Outcome);
    }

    [Fact]
    public async Task Swap_Away_HandsTheNewestLoginBack()
    {
        await using var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        await GiveAsync(rig, agent, first);
        Renew(rig, agent, 1);
        await rig.BeatAsync(agent);
        using (var brought = await agent.ReturnAsync())
        {
            Assert.Equal(HttpStatusCode.OK, brought.StatusCode);
        }

        Renew(rig, agent, 1);
        await GiveAsync(rig, agent, second);
        Assert.Equal((Holder.Agent, TokenState.Refreshing), ((await rig.FactsAsync(first)).Holder, await rig.StateAsync(first)));
        await agent.HandBackAsync();

        var facts = await rig.FactsAsync(first);
        Assert.Empty(agent.ToHandBack);
        Assert.Equal((Holder.Vault, RefreshPath.Session, TokenState.Ok), (facts.Holder, facts.RefreshedBy, await rig.StateAsync(first)));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, TestContext.Current.CancellationToken));
        Assert.Equal(Holder.Agent, (await rig.FactsAsync(second)).Holder);
        Assert.Equal(0, rig.Issuer.Accounts[0].Reuses);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HandedBack_AgainAfterItWasGivenAgain_LeavesTheNewHolder(bool toAnother)
    {
        await using var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        using var other = await rig.EnrolAsync("build-2", first);
        await GiveAsync(rig, agent, first);
        await GiveAsync(rig, agent, second);
        var (account, given, login) = agent.ToHandBack.Single();
        await agent.HandBackAsync();
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(first)).Holder);
        var holder = toAnother ? other : agent;
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(holder.Id, first, allowCopy: false, Actor.Cli)).Outcome);

        using var answer = await agent.ReturnAsync(account, given, login, handedBack: true); // the answer to the first attempt was lost
        await rig.BeatAsync(holder);
        await rig.BeatAsync(holder);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var facts = await rig.FactsAsync(first);
        Assert.Equal((Holder.Agent, holder.Id, true), (facts.Holder, facts.HolderAgent, facts.HolderHasIt));
    }

    [Fact]
    public async Task Refresh_OfALoginThatAnAgentHolds_NeverHappens()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(61));
        using var agent = await rig.EnrolAsync("build-1", account);
        await GiveAsync(rig, agent, account);
        rig.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(TokenState.Expiring, await rig.StateAsync(account));
        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TokenState.NeedsLogin, await rig.StateAsync(account));
        await rig.BeatAsync(agent, sessions: 2);
        Assert.Equal(TokenState.Refreshing, await rig.StateAsync(account));

        // The client has marked its login as ended: it will not be renewed.
        agent.Login = JsonNode.Parse("""{"accessToken":"","refreshToken":"","expiresAt":0}""");
        await rig.BeatAsync(agent);
        Assert.Equal(TokenState.NeedsLogin, await rig.StateAsync(account));
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);
    }

    [Fact]
    public async Task Refresh_WhileASessionIsOnACopy_WaitsUntilItIsGone()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, vaultOnly: false, lifetime: TimeSpan.FromMinutes(61));
        using var agent = await rig.EnrolAsync("build-1", account);
        var issued = await rig.Commands.IssueAsync(agent.Id, account, allowCopy: true, Actor.Cli);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);
        rig.Execute("UPDATE fleet_accounts SET holder = 'vault'");
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.BeatAsync(agent, sessions: 0);
        await rig.BeatAsync(agent, sessions: 1);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        rig.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal((IssueOutcome.Issued, false, ""), (issued.Outcome, issued.Whole, agent.Login!["refreshToken"]!.GetValue<string>()));
        Assert.Empty(await rig.RefreshAsync());
        Assert.True((await rig.FactsAsync(account)).InUse);
        rig.Time.Advance(TimeSpan.FromSeconds(15));
        await rig.WaitForAsync(account, TokenState.Ok);
    }

    [Fact]
    public async Task Command_ThatIsNeverFetched_GoesBackToTheVault()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        rig.Time.Advance(AgentCommandQueue.Lifetime);
        await rig.Commands.SweepAsync();

        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);
        await rig.BeatAsync(agent);
        Assert.Null(agent.Login);
    }

    [Fact]
    public async Task Command_ThatIsRefused_GoesBackToTheVault()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        agent.RefusesAll = true;
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);

        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);
        Assert.Contains("take-back refused expired", (await rig.AuditAsync()).Select(row => $"{row.Action} {row.Outcome} {row.Detail}"));
    }

    [Fact]
    public async Task Command_DeliveredAndNeverHeardOfAgain_StaysTheAgentsUntilItSaysOtherwise()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        using var agent = await rig.EnrolAsync("build-1", account);
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        var enrolled = await rig.Receiver.Service<AgentDirectory>().FindAsync(agent.Id, TestContext.Current.CancellationToken);
        await rig.Commands.ExchangeAsync(enrolled!, agent.Heartbeat(), TestContext.Current.CancellationToken);

        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.Commands.SweepAsync();
        Assert.Equal((Holder.Agent, TokenState.NeedsLogin), ((await rig.FactsAsync(account)).Holder, await rig.StateAsync(account)));

        // The agent comes back, and its config directory is unchanged: what was sent did not arrive.
        await rig.BeatAsync(agent, sessions: 0);
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);
    }

    [Fact]
    public async Task Login_ThatStandsInAConfigDir_IsNeverRenewedByTheReceiver()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, vaultOnly: true, lifetime: TimeSpan.FromMinutes(61));
        using var agent = await rig.EnrolAsync("build-1", account);
        agent.Login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(1)));
        await rig.BeatAsync(agent);
        rig.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(Holder.Agent, (await rig.FactsAsync(account)).Holder);
        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);

        // The same if the operator imports it from there and says that it belongs to the vault alone.
        await rig.ImportAsync(1, vaultOnly: true, lifetime: TimeSpan.FromMinutes(30));
        Assert.Equal((Holder.Agent, agent.Id), ((await rig.FactsAsync(account)).Holder, (await rig.FactsAsync(account)).HolderAgent));
    }

    [Fact]
    public async Task Attempts_OfThoseWhoMayNot_GetNothingAndAreRecorded()
    {
        await using var rig = await FleetRig.StartAsync(accounts: 3);
        var (account, other) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", account);
        using var stranger = await rig.EnrolAsync("build-2");
        await GiveAsync(rig, agent, account);
        var user = await rig.Receiver.Service<UserAdministration>().AddAsync(Actor.Cli, "amara@example.org", null, 30);
        var before = (await rig.FactsAsync(account)).Fingerprint;
        Renew(rig, agent, 1);
        var login = agent.Login!;
        var uuid = rig.Issuer.Accounts[0].Id;
        var body = Encoding.UTF8.GetBytes("{}");

        await ExpectAsync(ErrorCodes.SignatureRequired, PostPlainAsync(agent, user.Token!));
        await ExpectAsync(ErrorCodes.AgentUnknown, agent.PostAsync(Routes.AgentCredential, body, signer: new DeviceKey(), bearer: user.Token));
        await ExpectAsync(ErrorCodes.AgentUnknown, agent.PostAsync(Routes.AgentCredential, body, signer: stranger.Key));
        await ExpectAsync(ErrorCodes.AccountNotGranted, stranger.ReturnAsync(uuid, before, login, handedBack: true));
        await ExpectAsync(ErrorCodes.AccountNotGranted, agent.ReturnAsync(rig.Issuer.Accounts[1].Id, before, login, handedBack: true));
        await ExpectAsync(ErrorCodes.AccountNotGranted, agent.ReturnAsync("nobody", before, login, handedBack: true));
        var forged = JsonNode.Parse("""{"accessToken":"sk-ant-oat01-forged","refreshToken":"sk-ant-ort01-forged","expiresAt":1900000000000}""")!;
        await ExpectAsync(ErrorCodes.CredentialDead, agent.ReturnAsync(uuid, before, forged, handedBack: true));
        var anothers = JsonNode.Parse(rig.LoginOf(3, TimeSpan.FromHours(8)))!;
        await ExpectAsync(ErrorCodes.CredentialRefused, agent.ReturnAsync(uuid, before, anothers, handedBack: true));
        using var key = CredentialSeal.NewKey();
        await ExpectAsync(ErrorCodes.CredentialRefused, agent.ReturnAsync(uuid, before, login, handedBack: true, sealTo: CredentialSeal.PublicKeyOf(key)));
        await ExpectAsync(ErrorCodes.CredentialSuperseded, agent.ReturnAsync(uuid, "0123456789ab", login, handedBack: true));

        var facts = await rig.FactsAsync(account);
        Assert.Equal((before, Holder.Agent, agent.Id), (facts.Fingerprint, facts.Holder, facts.HolderAgent));
        Assert.Equal(IssueOutcome.NotGranted, (await rig.Commands.IssueAsync(stranger.Id, other, allowCopy: true, Actor.Cli)).Outcome);
        Assert.Equal(
            [
                "authenticate agent-unknown 2", "authenticate signature-required 1", "bring-back account-not-granted 1", "bring-back account-not-granted 1",
                "bring-back account-not-granted 1", "bring-back credential-dead 1", "bring-back credential-refused 2", "bring-back credential-superseded 1",
            ],
            (await rig.RefusalsAsync()).Select(row => $"{row.Action} {row.Outcome} {row.Times}").Order(StringComparer.Ordinal));
        Assert.Equal(["seal not-granted"], (await rig.AuditAsync()).Where(row => row.Outcome != "ok").Select(row => $"{row.Action} {row.Outcome}"));
    }

    [Fact]
    public async Task Replays_OfCommandsHeartbeatsAndLogins_ChangeNothing()
    {
        await using var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(61)), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        using var other = await rig.EnrolAsync("build-2", first, second);
        await GiveAsync(rig, agent, first);
        var recorded = agent.LastCommand!;
        var (replaces, old) = (agent.Given!, agent.Login!);
        await GiveAsync(rig, agent, second);

        Assert.Equal(RefusalReasons.Replayed, agent.Refuse(recorded));
        Assert.Equal(RefusalReasons.NotSigned, other.Refuse(recorded));
        Assert.Equal(RefusalReasons.NotSigned, agent.Refuse(recorded with { Id = recorded.Id + 1 }));
        agent.Take([recorded]);
        await rig.BeatAsync(agent);
        Assert.Contains($"confirm stray command {recorded.Id} replayed", (await rig.RefusalsAsync()).Select(row => $"{row.Action} {row.Outcome} {row.Detail}"));

        // A login that was handed back, and renewed since, is not accepted as a newer one.
        await agent.HandBackAsync();
        rig.PassTo(TimeSpan.FromMinutes(1));
        await rig.WaitForRefreshAsync(1);
        await rig.WaitForAsync(first, TokenState.Ok);
        await ExpectAsync(ErrorCodes.CredentialSuperseded, agent.ReturnAsync(rig.Issuer.Accounts[0].Id, replaces, old, handedBack: false));
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(first)).Holder);
    }

    [Fact]
    public async Task Enrolment_NeedsAFreshCodeOfThatMachine()
    {
        await using var rig = await FleetRig.StartAsync();
        var book = rig.Receiver.Service<AgentStore>();
        using var agent = new SimulatedAgent(rig.Receiver.Address, "build-1", rig.Time);
        using var elsewhere = new SimulatedAgent(rig.Receiver.Address, "build-2", rig.Time);
        var code = (await book.NewCodeAsync("build-1", Actor.Cli))!;
        var late = (await book.NewCodeAsync("build-1", Actor.Cli))!;

        await ExpectAsync(ErrorCodes.CodeInvalid, agent.PostEnrolmentAsync("fcode_00000000000000000000000000000000"));
        await ExpectAsync(ErrorCodes.CodeInvalid, elsewhere.PostEnrolmentAsync(code));
        await agent.EnrolAsync(code);
        await ExpectAsync(ErrorCodes.CodeInvalid, agent.PostEnrolmentAsync(code));
        rig.Time.Advance(AgentStore.CodeLifetime);
        await ExpectAsync(ErrorCodes.CodeInvalid, agent.PostEnrolmentAsync(late));

        Assert.Single(await book.AllAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("{", "The body is malformed")]
    [InlineData("{}", "The body is malformed")]
    [InlineData("""{"account_id_hint":"","replaces":"0123456789ab","handed_back":true,"sealed":"AQ=="}""", "account_id_hint: 1 to 64")]
    [InlineData("""{"account_id_hint":"a","replaces":"x","handed_back":true,"sealed":"AQ=="}""", "replaces: a fingerprint, 12")]
    [InlineData("""{"account_id_hint":"a","replaces":"0123456789ab","handed_back":true,"sealed":""}""", "sealed: 1 to 32768")]
    [InlineData("""{"account_id_hint":null,"replaces":"0123456789ab","handed_back":true,"sealed":"AQ=="}""", "The body is malformed")]
    public async Task BadBodies_AreRefusedByNameAndLimit(string body, string detail)
    {
        await using var rig = await FleetRig.StartAsync(accounts: 1);
        using var agent = await rig.EnrolAsync();

        using var answer = await agent.PostAsync(Routes.AgentCredential, Encoding.UTF8.GetBytes(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(detail, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReturnedLogin_WhoseIssuerCannotBeAsked_IsReturnedAgain()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        await GiveAsync(rig, agent, account);
        Renew(rig, agent, 1);
        rig.Issuer.Plan(new Fault(FaultKind.ServerError, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddSeconds(10), Path: SimulatedUpstream.ProfilePath));

        await ExpectAsync(ErrorCodes.CredentialUnproven, agent.ReturnAsync());
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        using var answer = await agent.ReturnAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((Holder.Agent, RefreshPath.Session, agent.Applied), ((await rig.FactsAsync(account)).Holder, (await rig.FactsAsync(account)).RefreshedBy, (await rig.FactsAsync(account)).Fingerprint));
    }

    private static async Task GiveAsync(FleetRig rig, SimulatedAgent agent, FleetAccountId account)
    {
        await rig.BeatAsync(agent);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);
    }

    /// <summary>The client renews the login in its config dir.</summary>
    private static void Renew(FleetRig rig, SimulatedAgent agent, int number)
    {
        Assert.True(rig.Issuer.Accounts[number - 1].TryRefresh(agent.Login!["refreshToken"]!.GetValue<string>()));
        agent.Login = JsonNode.Parse(rig.LoginOf(number, TimeSpan.FromHours(8)));
    }

    private static Task<HttpResponseMessage> PostPlainAsync(SimulatedAgent agent, string bearer)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(agent.Address, Routes.AgentCredential)) { Content = new StringContent("{}") };
        request.Headers.Authorization = new("Bearer", bearer);
        request.Headers.Add(AgentHeader.Name, agent.Id);
        return agent.Client.SendAsync(request);
    }

    private static async Task ExpectAsync(string code, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.Equal(code, answer.Headers.TryGetValues(ErrorCodes.Header, out var values) ? values.Single() : answer.StatusCode.ToString());
    }
}
