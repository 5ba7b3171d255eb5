using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>One account polled with cookies, from the setting to the API.</summary>
public sealed class CookiePollingTests
{
    [Fact]
    public async Task Cookies_Configured_ShowWhatTheIssuerAnswered()
    {
        await using var rig = await QuotaRig.StartAsync();

        await rig.PassAsync(TimeSpan.FromHours(3));

        var usage = await rig.GetAsync("/api/usage");
        var last = rig.Upstream.Exchanges[^1];
        Assert.Equal("/api/organizations/00000000-0000-4000-9000-000000000001/usage", last.Path);
        Assert.All(rig.Upstream.Exchanges, exchange => Assert.Equal("GET", exchange.Method));
        Assert.Equal(last.Windows[0].Used, usage.GetProperty("five_hour").GetProperty("utilization").GetDouble());
        Assert.Equal(last.Windows[1].Used, usage.GetProperty("seven_day").GetProperty("utilization").GetDouble());
        Assert.Equal(last.At.ToUnixTimeMilliseconds(), usage.GetProperty("updated_at").GetDateTimeOffset().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Cookies_TakenAway_EndPolling_UntilTheyAreBack()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("CLAUDE_SESSION_KEY", null), ("CLAUDE_ORG_ID", null)]);
        var env = Path.Combine(rig.Receiver.Folder, ".env");
        var cookies = $"CLAUDE_SESSION_KEY={rig.Upstream.Accounts[0].SessionKey}\nCLAUDE_ORG_ID={rig.Upstream.Accounts[0].OrganizationId}\n";
        await File.WriteAllTextAsync(env, cookies, TestContext.Current.CancellationToken);
        await rig.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Single(rig.Poller.Statuses());

        File.Delete(env);
        await rig.PassAsync(TimeSpan.FromMinutes(2));
        var before = rig.Upstream.Exchanges.Count;
        await rig.PassAsync(TimeSpan.FromMinutes(10));

        Assert.InRange(before, 8, 12);
        Assert.Equal(before, rig.Upstream.Exchanges.Count);
        Assert.Empty(rig.Poller.Statuses());
        await File.WriteAllTextAsync(env, cookies, TestContext.Current.CancellationToken);
        await rig.PassAsync(TimeSpan.FromMinutes(2));
        Assert.InRange(rig.Upstream.Exchanges.Count, before + 1, before + 3);
    }

    [Fact]
    public async Task Poll_BeforeItIsDue_IsNotSent()
    {
        await using var rig = await QuotaRig.StartAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(30));
        var accountPoller = rig.Receiver.Service<AccountPoller>();
        var key = new PollKey(QuotaSource.ClaudeAi, rig.Upstream.Accounts[0].OrganizationId);

        Assert.Equal(Assert.Single(rig.Poller.Statuses()).NextAt, await accountPoller.PollAsync(key, TestContext.Current.CancellationToken));
        Assert.Null(await accountPoller.PollAsync(key with { Key = "unknown" }, TestContext.Current.CancellationToken));
        Assert.Single(rig.Upstream.Exchanges);
    }

    [Fact]
    public async Task Cookies_NotConfigured_NothingIsSent()
    {
        await using var rig = await QuotaRig.StartAsync(cookies: false, accounts: 0);

        await rig.PassAsync(TimeSpan.FromHours(1));

        Assert.Empty(rig.Upstream.Exchanges);
        Assert.Empty((await rig.GetAsync("/api/usage")).GetProperty("accounts").EnumerateArray());
    }
}
