using System.Text;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

public sealed class VaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fleet_Off_HasNoRouteAndNoKeyRing()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.PostAsync(new Uri("/agent/enrol", UriKind.Relative), new StringContent("{}"), Cancellation);
        using var nowhere = await receiver.Client.PostAsync(new Uri("/nowhere", UriKind.Relative), new StringContent("{}"), Cancellation);

        Assert.Equal(nowhere.StatusCode, answer.StatusCode);
        Assert.Empty(receiver.Services<VaultStore>());
        Assert.Empty(Directory.GetDirectories(receiver.Folder));
    }

    [Fact]
    public async Task Import_OfAVaultOnlyLogin_IsHeldByTheVaultAndOpens()
    {
        await using var rig = await FleetRig.StartAsync();

        var account = await rig.ImportAsync(1);

        var facts = await rig.FactsAsync(account);
        Assert.Equal((Holder.Vault, RefreshPath.Login, "seat1@example.org", rig.Issuer.Accounts[0].Id), (facts.Holder, facts.RefreshedBy, facts.Email, facts.Uuid));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));
        Assert.Equal(TokenState.Ok, await rig.StateAsync(account));
        Assert.Equal("import ok", (await rig.AuditAsync()).Select(row => $"{row.Action} {row.Outcome}").Single());
    }

    [Theory]
    [InlineData("not json", "The login is not a JSON object.")]
    [InlineData("""{"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0}}""", "claudeAiOauth.accessToken: missing")]
    [InlineData("""{"accessToken":"a b","expiresAt":1}""", "claudeAiOauth.accessToken: missing")]
    [InlineData("""{"accessToken":"a","refreshToken":"b\nc","expiresAt":1}""", "claudeAiOauth.refreshToken: not a token")]
    [InlineData("""{"accessToken":"a","accessToken":"b"}""", "The login is not a JSON object.")]
    [InlineData("""{"accessToken":"nobody","refreshToken":"b","expiresAt":32503680000000}""", "The issuer no longer accepts this login")]
    [InlineData("""{"accessToken":"nobody","refreshToken":"b","expiresAt":1}""", "The login does not name its account")]
    public async Task Import_OfWhatIsNoLogin_IsRefusedWithoutQuotingIt(string json, string message)
    {
        await using var rig = await FleetRig.StartAsync();

        var result = await rig.Receiver.Service<AccountImport>().ImportAsync("x", Encoding.UTF8.GetBytes(json), vaultOnly: true, Actor.Cli, Cancellation);

        Assert.Null(result.AccountId);
        Assert.StartsWith(message, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_OfALoginThatExpiresSoon_RenewsItOnce()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(61));
        rig.PassTo(TimeSpan.FromMinutes(1));
        await rig.WaitForRefreshAsync(1);
        await rig.WaitForAsync(account, TokenState.Ok);

        var facts = await rig.FactsAsync(account);

        Assert.Equal((RefreshPath.Switcher, TokenState.Ok), (facts.RefreshedBy, await rig.StateAsync(account)));
        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal((1, 0), (rig.Issuer.Accounts[0].Refreshes, rig.Issuer.Accounts[0].Reuses));
        Assert.Equal(rig.Issuer.Accounts[0].AccessToken, await rig.Vault.AccessTokenAsync(facts.Key, Cancellation));
    }

    [Fact]
    public async Task Refresh_OfALoginInUseElsewhere_NeverHappens()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, vaultOnly: false, lifetime: TimeSpan.FromMinutes(30));

        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(TokenState.Expiring, await rig.StateAsync(account));
        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TokenState.NeedsLogin, await rig.StateAsync(account));
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);
    }

    [Theory]
    [InlineData(FaultKind.RateLimited, true)]
    [InlineData(FaultKind.ServerError, true)]
    [InlineData(FaultKind.Challenge, true)]
    [InlineData(FaultKind.Broken, false)]
    [InlineData(FaultKind.Lost, false)]
    [InlineData(FaultKind.Malformed, false)]
    public async Task Refresh_ThatFails_KeepsWhatIsKnownToHoldAndNothingElse(FaultKind kind, bool keeps)
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(59));
        rig.Issuer.Plan(new Fault(kind, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddMinutes(1), RetryAfter: TimeSpan.FromMinutes(5), Path: SimulatedUpstream.TokenPath));

        Assert.Equal(keeps ? RefreshOutcome.Failed : RefreshOutcome.NeedsLogin, Assert.Single(await rig.RefreshAsync()).Outcome);
        Assert.Equal(keeps ? TokenState.Expiring : TokenState.NeedsLogin, await rig.StateAsync(account));
        Assert.Empty(await rig.RefreshAsync());

        rig.PassTo(TimeSpan.FromMinutes(kind == FaultKind.RateLimited ? 5 : 1));
        await rig.WaitForAsync(account, keeps ? TokenState.Ok : TokenState.NeedsLogin);
        Assert.Equal(0, rig.Issuer.Accounts[0].Reuses);
    }

    [Fact]
    public async Task Refresh_OfADeadToken_IsQuarantinedUntilANewLogin()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(59));
        rig.Issuer.Accounts[0].SignIn();

        await rig.RefreshAsync();
        Assert.Equal((TokenState.NeedsLogin, AccountFault.InvalidGrant), (await rig.StateAsync(account), (await rig.FactsAsync(account)).Fault));
        rig.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await rig.RefreshAsync());

        Assert.Equal(account, await rig.ImportAsync(1));
        Assert.Equal(TokenState.Ok, await rig.StateAsync(account));
    }

    [Fact]
    public async Task Refresh_ThatAnotherProcessBegan_IsLeftAloneThenNeedsLogin()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        var at = rig.Time.GetUtcNow().ToUnixTimeMilliseconds();
        rig.Execute($"INSERT INTO fleet_intents SELECT account_id, 'other', fingerprint, 'switcher', {at} FROM fleet_accounts");

        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(TokenState.Refreshing, await rig.StateAsync(account));
        rig.Time.Advance(TokenRule.IntentLifetime);
        Assert.Equal(TokenState.NeedsLogin, await rig.StateAsync(account));
        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(AccountFault.Unknown, (await rig.FactsAsync(account)).Fault);
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);

        // The operator knows better, or accepts the risk.
        var outcome = await rig.Receiver.Service<TokenRefresh>().RunAsync(await rig.FactsAsync(account), Actor.Cli, again: true);
        Assert.Equal((RefreshOutcome.Renewed, TokenState.Ok), (outcome, await rig.StateAsync(account)));
    }

    [Fact]
    public async Task Refresh_ByTwoReceiversAtOnce_SpendsTheTokenOnce()
    {
        await using var rig = await FleetRig.StartAsync(accounts: 6);
        for (var number = 1; number <= 6; number++)
        {
            await rig.ImportAsync(number, lifetime: TimeSpan.FromMinutes(30));
        }

        var other = await rig.StartAnotherAsync();
        rig.Issuer.Latency = TimeSpan.FromSeconds(1);
        await rig.FinishAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? rig.Receiver : other).Service<RefreshLoop>().RunAsync(Cancellation))));
        await other.StopAsync();

        Assert.All(rig.Issuer.Accounts, account => Assert.Equal((1, 0), (account.Refreshes, account.Reuses)));
        Assert.All(await rig.Vault.AllAsync(Cancellation), facts => Assert.Equal(TokenState.Ok, TokenRule.StateOf(facts, rig.Time.GetUtcNow())));
    }

    [Fact]
    public async Task Refresh_OfAnExhaustedAccount_WaitsForItsWindow()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(5));
        var key = (await rig.FactsAsync(account)).Key;
        var reset = rig.Time.GetUtcNow().AddMinutes(10).ToUnixTimeMilliseconds();
        rig.Issuer.Plan(new Fault(FaultKind.ServerError, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddDays(1), Path: "/api/oauth/usage"));
        rig.Execute($"""
            INSERT INTO quota_accounts (account_id, account_key, owner, source, created_at) VALUES (77, '{key}', 0, 'oauth', 0);
            INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source) VALUES (77, 'seven_day', 100000, {reset}, 0, 'oauth');
            """);

        Assert.Empty(await rig.RefreshAsync());
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(TokenState.ExpiredExhausted, await rig.StateAsync(account));
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);
        rig.PassTo(TimeSpan.FromMinutes(4));
        await rig.WaitForAsync(account, TokenState.Ok);
    }

    [Fact]
    public async Task Database_WithoutItsKeyRing_OpensNothingAndSaysSo()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        var agent = await rig.EnrolAsync(granted: account);

        await rig.RestartAsync(keys: "other-keys");

        Assert.Equal(TokenState.CannotBeOpened, await rig.StateAsync(account));
        Assert.Null(await rig.Vault.AccessTokenAsync(rig.Issuer.Accounts[0].Id, Cancellation));
        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(Ccflux.Receiver.Fleet.Agents.IssueOutcome.NeedsLogin, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: true, Actor.Cli)).Outcome);
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);

        await rig.RestartAsync();
        Assert.Equal(TokenState.Expiring, await rig.StateAsync(account));
        agent.Dispose();
    }

    [Fact]
    public async Task Database_RestoredFromABackup_RenewsNothingOfIt()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(61));
        Assert.Empty(await rig.RefreshAsync());
        rig.Execute("UPDATE store SET store_id = 'restored'; UPDATE fleet_accounts SET expires_at = expires_at - 1800000");

        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal((TokenState.NeedsLogin, AccountFault.Unknown), (await rig.StateAsync(account), (await rig.FactsAsync(account)).Fault));
        Assert.Equal(0, rig.Issuer.Accounts[0].Refreshes);

        await rig.ImportAsync(1);
        Assert.Empty(await rig.RefreshAsync());
        Assert.Equal(TokenState.Ok, await rig.StateAsync(account));
    }

    [Fact]
    public async Task Details_OfAnAccount_AreCheckedAndKeptOverANewLogin()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        await rig.ImportAsync(2);
        var edit = rig.Receiver.Service<AccountEdit>();
        var good = new AccountDetails("work", "amara@example.org", "max 5x", "2026-12-01", 70, null);

        Assert.StartsWith("label: 1 to 64", await edit.SaveAsync(account, good with { Label = " " }, Actor.Cli), StringComparison.Ordinal);
        Assert.StartsWith("label: another", await edit.SaveAsync(account, good with { Label = "SEAT 2" }, Actor.Cli), StringComparison.Ordinal);
        Assert.StartsWith("next_charge", await edit.SaveAsync(account, good with { NextCharge = "soon" }, Actor.Cli), StringComparison.Ordinal);
        Assert.StartsWith("ceiling", await edit.SaveAsync(account, good with { FiveHourCeiling = 101 }, Actor.Cli), StringComparison.Ordinal);
        Assert.Equal("No such account.", await edit.SaveAsync(new FleetAccountId(99), good, Actor.Cli));
        Assert.Null(await edit.SaveAsync(account, good, Actor.Cli));

        var facts = await rig.FactsAsync(account);
        Assert.Equal(("work", "2026-12-01", 70L, null), (facts.Label, facts.NextCharge, facts.FiveHourCeiling, facts.SevenDayCeiling));
        Assert.Null(await edit.RemoveAsync(account, Actor.Cli));
        Assert.Equal("No such account.", await edit.RemoveAsync(account, Actor.Cli));
        Assert.Single(await rig.Vault.AllAsync(Cancellation));
    }

    [Theory]
    [InlineData(1, 0, 60)]
    [InlineData(2, 0, 120)]
    [InlineData(6, 0, 1800)]
    [InlineData(100, 0, 1800)]
    [InlineData(1, 3600, 3600)]
    [InlineData(3, 30, 240)]
    public void Wait_AfterFailures_DoublesUpToHalfAnHourAndObeysTheIssuer(int failures, int retryAfter, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), TokenRule.Wait(failures, retryAfter == 0 ? null : TimeSpan.FromSeconds(retryAfter)));
    }

    [Fact]
    public async Task KeyRotation_BesideARunningReceiver_OpensEverythingWithTheNewKeyOnly()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync(granted: account);
        var before = Directory.GetFiles(rig.KeyPath);
        var other = await rig.StartAnotherAsync();

        var result = await other.Service<KeyRotation>().RunAsync(Actor.Cli);
        await other.StopAsync();

        Assert.Equal(new KeyRotationResult(3, 0, 1), result);
        Assert.Empty(before.Intersect(Directory.GetFiles(rig.KeyPath)));
        Assert.Equal(TokenState.Ok, await rig.StateAsync(account));
        await rig.ImportAsync(2);
        await rig.RestartAsync();
        Assert.All(await rig.Vault.AllAsync(Cancellation), facts => Assert.True(facts.CanOpen));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task KeyRing_IsForItsOwnerOnly()
    {
        await using var rig = await FleetRig.StartAsync();
        await rig.ImportAsync(1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(rig.KeyPath));
        Assert.Equal([UnixFileMode.UserRead | UnixFileMode.UserWrite], Directory.GetFiles(rig.KeyPath).Select(File.GetUnixFileMode).Distinct());
    }

    [Fact]
    public async Task Quota_AsksForVaultAndFileAccountsAlike()
    {
        var file = Path.GetTempFileName();
        await using var rig = await FleetRig.StartAsync(accounts: 2, ("OAUTH_CREDENTIALS", file));
        await rig.ImportAsync(1);
        await File.WriteAllTextAsync(file, $$"""{"claudeAiOauth":{{rig.LoginOf(2, TimeSpan.FromHours(8))}}}""", Cancellation);

        var source = rig.Receiver.Services<Ccflux.Receiver.Quota.Polling.IPollSource>().OfType<OAuthSource>().Single();
        var targets = await source.TargetsAsync(Cancellation);
        var outcomes = new List<Ccflux.Receiver.Quota.Polling.PollOutcome>();
        foreach (var target in targets)
        {
            outcomes.Add(await source.PollAsync(target.Account, Cancellation));
        }

        Assert.Equal(rig.Issuer.Accounts.Select(account => account.Id).Order(), targets.Select(target => target.Account.Key.Split(AccountKey.Separator)[0]).Order());
        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        File.Delete(file);
    }
}
