using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Writing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The answer to a refresh cannot be requested again: whatever its form, and whatever happens meanwhile, the login in it is stored.</summary>
public sealed class RefreshAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A is the new access token, R the new refresh token.
    [Theory]
    [InlineData("""{"access_token":"A","refresh_token":"R"}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":"28800"}""", 28800)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":28800.5}""", 28800)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":0}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":-1}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":null}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":1e300}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":{"seconds":5}}""", 3600)]
    [InlineData("""{"access_token":"A","refresh_token":"R","expires_in":7200,"account":"x","organization":7,"scope":["a"],"refresh_token_expires_in":"soon"}""", 7200)]
    [InlineData("""{"half":"\ud800","access_token":" A ","refresh_token":"R","expires_in":7200}""", 7200)]
    [InlineData("""{"expires_in":7200,"access_token":"A","refresh_token":"R","account":{"uuid":"00000""", 7200)]
    [InlineData("\uFEFF{\"access_token\":\"A\",\"refresh_token\":\"R\",\"expires_in\":7200}", 7200)]
    public async Task Refresh_AnsweredInAnotherForm_LosesNothing(string form, int seconds)
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        Shape(rig, form);

        Assert.Equal(RefreshOutcome.Renewed, Assert.Single(await rig.RefreshAsync()).Outcome);

        var facts = await rig.FactsAsync(account);
        Assert.Equal((TokenState.Ok, seconds), (await rig.StateAsync(account), (int)(facts.ExpiresAt - rig.Time.GetUtcNow()).TotalSeconds));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));
        Assert.Empty(await rig.RefreshAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(rig.KeyPath, "answers")));

        // It is renewed again in time, with the refresh token of that answer.
        rig.PassTo(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMinutes(20));
        await WaitForRefreshesAsync(rig, 2);
        Assert.Equal(0, rig.Issuer.Accounts[0].Reuses);
    }

    [Theory]
    [InlineData("""{"access_token":"A","expires_in":28800}""")]
    [InlineData("""{"access_token":"A","expires_in":28800,"refresh_token":null}""")]
    [InlineData("""{"access_token":"A","expires_in":28800,"refresh_token":""}""")]
    public async Task Refresh_AnsweredWithoutARefreshToken_KeepsTheOldOne(string form)
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        var before = await rig.FactsAsync(account);
        Shape(rig, form);

        Assert.Equal(RefreshOutcome.Renewed, Assert.Single(await rig.RefreshAsync()).Outcome);

        var facts = await rig.FactsAsync(account);
        Assert.Equal((before.Fingerprint, TokenState.Ok), (facts.Fingerprint, await rig.StateAsync(account)));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));
    }

    [Fact]
    public async Task Refresh_AnsweredWithoutAnAccessToken_KeepsTheRefreshTokenAndGetsOne()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        Shape(rig, """{"access_token":7,"refresh_token":"R"}""");

        Assert.Equal(RefreshOutcome.Failed, Assert.Single(await rig.RefreshAsync()).Outcome);
        rig.Issuer.ShapeRefresh = body => body;
        rig.PassTo(TimeSpan.FromMinutes(1));
        await rig.WaitForAsync(account, TokenState.Ok);

        Assert.Equal((2, 0), (rig.Issuer.Accounts[0].Refreshes, rig.Issuer.Accounts[0].Reuses));
    }

    [Fact]
    public async Task Refresh_AnsweredWithNothingThatCanBeRead_KeepsTheAnswerForAPerson()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        Shape(rig, """{"tokens":[["A","R"]]}""");

        Assert.Equal(RefreshOutcome.NeedsLogin, Assert.Single(await rig.RefreshAsync()).Outcome);

        var journal = rig.Receiver.Service<RefreshJournal>();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(rig.KeyPath, "answers")));
        Assert.Contains(rig.Issuer.Accounts[0].RefreshToken, Encoding.UTF8.GetString(journal.FindUnread(account)!.Body), StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Issuer.Accounts[0].RefreshToken, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancellation)), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await rig.Receiver.Service<KeyRotation>().RunAsync(Actor.Cli);
        Assert.NotNull(journal.FindUnread(account));
        Assert.Null(await rig.Receiver.Service<AccountEdit>().RemoveAsync(account, Actor.Cli));
        await rig.RefreshAsync();
        Assert.Empty(Directory.GetFiles(Path.Combine(rig.KeyPath, "answers")));
    }

    [Fact]
    public async Task Refresh_WhoseReceiverStopsWhileTheDatabaseCannotBeWritten_IsTakenUpAtTheNextStart()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        rig.Issuer.Latency = TimeSpan.FromSeconds(1);
        var refresh = rig.Receiver.Service<TokenRefresh>().RunAsync(await rig.FactsAsync(account), Actor.Cli, again: false);
        await rig.WaitForRefreshAsync(1);
        var blocker = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = rig.Receiver.DatabasePath, Pooling = false }.ToString());
        blocker.Open();
        using (var begin = blocker.CreateCommand())
        {
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
        }

        var answers = Path.Combine(rig.KeyPath, "answers");
        await rig.AnswerUntilAsync(() => Directory.Exists(answers) && Directory.GetFiles(answers, "*.answer").Length > 0);
        await rig.RestartAsync(between: blocker.Dispose);
        Assert.Equal(RefreshOutcome.Failed, await refresh);
        rig.Issuer.Latency = TimeSpan.Zero;
        await rig.RefreshAsync();

        var facts = await rig.FactsAsync(account);
        Assert.Equal((null, TokenState.Ok), (facts.Fault, await rig.StateAsync(account)));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));
        Assert.Equal((1, 0), (rig.Issuer.Accounts[0].Refreshes, rig.Issuer.Accounts[0].Reuses));
        Assert.Empty(Directory.GetFiles(Path.Combine(rig.KeyPath, "answers")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1795270000")]
    [InlineData("\"soon\"")]
    [InlineData("{}")]
    [InlineData("1e300")]
    public async Task Import_OfALoginThatDoesNotSayWhenItEnds_AsksItsIssuer(string? expiresAt)
    {
        await using var rig = await FleetRig.StartAsync();
        var login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(8)))!.AsObject();
        login.Remove("accountUuid");
        login.Remove("organizationUuid");
        login.Remove("expiresAt");
        if (expiresAt is not null)
        {
            login["expiresAt"] = JsonNode.Parse(expiresAt);
        }

        var account = (await ImportAsync(rig, login, vaultOnly: false)).AccountId;

        Assert.NotNull(account);
        var facts = await rig.FactsAsync(account.Value);
        Assert.Equal(("seat1@example.org", false), (facts.Email, facts.EndIsKnown));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));

        // It is polled again and again, until a 401 shows that it has ended.
        var first = facts.ExpiresAt;
        rig.PassTo(TimeSpan.FromMinutes(45));
        await rig.WaitForAsync(account.Value, facts => facts.ExpiresAt > first);
        Assert.NotEqual(TokenState.NeedsLogin, await rig.StateAsync(account.Value));
        rig.Issuer.Accounts[0].SignIn();
        rig.PassTo(TimeSpan.FromMinutes(45));
        await rig.WaitForAsync(account.Value, TokenState.NeedsLogin);
    }

    [Fact]
    public async Task Import_OfALoginThatHasEndedAndDoesNotSaySo_IsRenewed()
    {
        await using var rig = await FleetRig.StartAsync();
        var login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(8)))!.AsObject();
        login["accessToken"] = "ended";
        login["expiresAt"] = 0;

        var account = (await ImportAsync(rig, login, vaultOnly: true)).AccountId;
        await rig.RefreshAsync();
        await rig.WaitForAsync(account!.Value, TokenState.Ok);

        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync((await rig.FactsAsync(account.Value)).Key, Cancellation));
    }

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("{0}.75")]
    public async Task Import_OfALoginThatSaysInAnotherFormWhenItEnds_IsRead(string form)
    {
        await using var rig = await FleetRig.StartAsync();
        var login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(8)))!.AsObject();
        var end = (rig.Time.GetUtcNow() + TimeSpan.FromHours(3)).ToUnixTimeMilliseconds();
        login["expiresAt"] = JsonNode.Parse(form.Replace("{0}", end.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

        var account = (await ImportAsync(rig, login, vaultOnly: true)).AccountId;

        Assert.Equal(end, (await rig.FactsAsync(account!.Value)).ExpiresAt.ToUnixTimeMilliseconds());
    }

    /// <summary>Two writers on one database, as with two receivers: the data that one decides by may be outdated when it writes.</summary>
    [Fact]
    public async Task HandOutAndRefresh_DecidedByTheSameReading_ExcludeEachOther()
    {
        await using var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1, lifetime: TimeSpan.FromHours(4)), await rig.ImportAsync(2, lifetime: TimeSpan.FromHours(4)));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        var other = await rig.StartAnotherAsync();
        var (here, there) = (rig.Receiver.Service<GroupCommitWriter>(), other.Service<GroupCommitWriter>());
        var given = (await here.WriteAsync(session => rig.Vault.Read(session, first))).Value!;
        var renewed = (await here.WriteAsync(session => rig.Vault.Read(session, second))).Value!;

        // The other receiver gives the first login to an agent, and renews the second.
        Assert.Equal(IssueOutcome.Issued, (await other.Service<AgentCommandQueue>().IssueAsync(agent.Id, first, allowCopy: false, Actor.Cli)).Outcome);
        Assert.True((await there.WriteAsync(session => other.Service<VaultStore>().TryBeginRefresh(session, renewed, "theirs", "switcher"))).Value);

        Assert.False((await here.WriteAsync(session => rig.Vault.TryBeginRefresh(session, given, "ours", "switcher"))).Value);
        Assert.False((await here.WriteAsync(session => rig.Vault.TryGive(session, renewed, agent.Id, whole: true))).Value);
        Assert.False((await here.WriteAsync(session => rig.Vault.TryGive(session, renewed, agent.Id, whole: false))).Value);
        Assert.Equal((Holder.Agent, Holder.Vault), ((await rig.FactsAsync(first)).Holder, (await rig.FactsAsync(second)).Holder));
        Assert.Null((await rig.FactsAsync(first)).IntentAt);
        await other.StopAsync();
    }

    [Fact]
    public async Task Refresh_WhileACopyIsOnItsWay_WaitsUntilItCannotBeFetched()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, vaultOnly: false, lifetime: TimeSpan.FromMinutes(30));
        using var agent = await rig.EnrolAsync(granted: account);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: true, Actor.Cli)).Outcome);
        Assert.Equal(account, await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30)));

        Assert.Equal(RefreshOutcome.NotNow, Assert.Single(await rig.RefreshAsync()).Outcome);
        rig.PassTo(AgentCommandQueue.Lifetime + TimeSpan.FromSeconds(30));
        await rig.WaitForAsync(account, TokenState.Ok);
    }

    private static void Shape(FleetRig rig, string form)
    {
        var account = rig.Issuer.Accounts[0];
        rig.Issuer.ShapeRefresh = _ => form.Replace("\"A\"", $"\"{account.AccessToken}\"", StringComparison.Ordinal).Replace("\" A \"", $"\" {account.AccessToken} \"", StringComparison.Ordinal)
            .Replace("\"R\"", $"\"{account.RefreshToken}\"", StringComparison.Ordinal);
    }

    private static Task<ImportResult> ImportAsync(FleetRig rig, JsonObject login, bool vaultOnly) =>
        rig.Receiver.Service<AccountImport>().ImportAsync("seat 1", Encoding.UTF8.GetBytes(login.ToJsonString()), vaultOnly, Actor.Cli, Cancellation);

    private static async Task WaitForRefreshesAsync(FleetRig rig, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (rig.Issuer.Accounts[0].Refreshes < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }
}
