using System.Globalization;
using System.Text.Json;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Failures of the vendor are shown as what they are, and the last good reading stays.</summary>
public sealed class PollFailureTests
{
    private static readonly TimeSpan Healthy = TimeSpan.FromHours(2);

    public static TheoryData<FaultKind, string, string> Kinds => new()
    {
        { FaultKind.Rejected, "rejected", "CLAUDE_SESSION_KEY" },
        { FaultKind.Challenge, "challenged", "CLAUDE_CF_CLEARANCE" },
        { FaultKind.Forbidden, "forbidden", "CLAUDE_ORG_ID" },
        { FaultKind.RateLimited, "rate_limited", "429" },
        { FaultKind.ServerError, "upstream_failed", "5xx" },
        { FaultKind.Slow, "timed_out", "in time" },
        { FaultKind.Malformed, "changed_format", "newer ccflux" },
        { FaultKind.ChangedFormat, "changed_format", "newer ccflux" },
        { FaultKind.Broken, "unreachable", "network" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Upstream_Fails_SaysWhatAndKeepsTheLastReading(FaultKind fault, string kind, string words)
    {
        await using var rig = await QuotaRig.StartAsync();
        await rig.PassAsync(Healthy);
        var before = await rig.GetAsync("/api/usage");
        rig.Upstream.Plan(new Fault(fault, rig.Time.GetUtcNow(), rig.Time.GetUtcNow().AddHours(1)));

        await rig.PassAsync(TimeSpan.FromMinutes(30));

        var account = (await rig.GetAsync("/api/usage")).GetProperty("accounts")[0];
        var error = account.GetProperty("error");
        Assert.Equal(kind, error.GetProperty("kind").GetString());
        Assert.Contains(words, error.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(account.GetProperty("stale").GetBoolean());
        Assert.InRange(account.GetProperty("age_seconds").GetInt64(), 1700, 1900);
        Assert.Equal(Utilization(before), Utilization(await rig.GetAsync("/api/usage")));
        Assert.InRange(rig.Upstream.Exchanges.Count(exchange => exchange.Fault == fault), 2, 6);

        await rig.PassAsync(TimeSpan.FromMinutes(90));

        account = (await rig.GetAsync("/api/usage")).GetProperty("accounts")[0];
        Assert.Equal(JsonValueKind.Null, account.GetProperty("error").ValueKind);
        Assert.False(account.GetProperty("stale").GetBoolean());
    }

    [Fact]
    public async Task RetryAfter_Given_IsObeyedEvenByPollNowAndARestart()
    {
        await using var rig = await QuotaRig.StartAsync();
        await rig.PassAsync(Healthy);
        var asked = rig.Time.GetUtcNow();
        rig.Upstream.Plan(new Fault(FaultKind.RateLimited, asked, asked.AddMinutes(2), RetryAfter: TimeSpan.FromMinutes(45)));
        await rig.PassAsync(TimeSpan.FromMinutes(5));
        var refused = rig.Upstream.Exchanges[^1].At;

        using var pollNow = await rig.Receiver.Client.PostFormAsync("/api/poll-now", [], bearer: RunningReceiver.AdminToken);
        await rig.RestartAsync(TimeSpan.FromMinutes(1));
        await rig.PassAsync(TimeSpan.FromMinutes(60));

        Assert.Equal(429, (int)pollNow.StatusCode);
        Assert.InRange(int.Parse(pollNow.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 2000, 2700);
        var next = rig.Upstream.Exchanges.First(exchange => exchange.At > refused);
        Assert.InRange(next.At - refused, TimeSpan.FromMinutes(45), TimeSpan.FromMinutes(46));
    }

    [Fact]
    public async Task Restart_AtAnyTime_KeepsTheIntervalAndTheReadings()
    {
        await using var rig = await QuotaRig.StartAsync(accounts: 3);
        await rig.PassAsync(Healthy);
        for (var i = 0; i < 5; i++)
        {
            var before = Utilization(await rig.GetAsync("/api/usage"));
            await rig.RestartAsync(TimeSpan.FromSeconds(7));
            Assert.Equal(before, Utilization(await rig.GetAsync("/api/usage")));
            await rig.PassAsync(TimeSpan.FromSeconds(40));
        }

        SimulatedRules.HoldBudgets(rig.Upstream.Exchanges, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task EnvFile_Changed_IsTakenUpWithoutARestart()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("CLAUDE_SESSION_KEY", "sk-ant-sid02-ended")]);
        await rig.PassAsync(TimeSpan.FromMinutes(20));
        Assert.All(rig.Upstream.Exchanges, exchange => Assert.Equal(401, exchange.Status));
        var before = rig.Upstream.Exchanges.Count;

        await File.WriteAllTextAsync(Path.Combine(rig.Receiver.Folder, ".env"), $"# renewed\nCLAUDE_SESSION_KEY=\"{rig.Upstream.Accounts[0].SessionKey}\"\n", TestContext.Current.CancellationToken);
        await rig.PassAsync(TimeSpan.FromSeconds(70));

        Assert.Equal(200, rig.Upstream.Exchanges[before].Status);
        SimulatedRules.HoldBudgets(rig.Upstream.Exchanges, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Credential_RenewedWhileNoReceiverRan_StartsAfresh()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("CLAUDE_SESSION_KEY", "sk-ant-sid02-ended")]);
        await rig.PassAsync(TimeSpan.FromHours(3));
        var before = rig.Upstream.Exchanges.Count;
        var env = Path.Combine(rig.Receiver.Folder, ".env");

        await rig.RestartAsync(TimeSpan.FromSeconds(61), () => File.WriteAllText(env, $"CLAUDE_SESSION_KEY={rig.Upstream.Accounts[0].SessionKey}\n"));

        Assert.Equal(JsonValueKind.Null, (await rig.GetAsync("/api/usage")).GetProperty("accounts")[0].GetProperty("error").ValueKind);
        await rig.PassAsync(TimeSpan.FromSeconds(70));
        Assert.Equal(200, rig.Upstream.Exchanges[before].Status);
        SimulatedRules.HoldBudgets(rig.Upstream.Exchanges, TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(rig.Upstream.Accounts[0].SessionKey, rig.Query("SELECT credential FROM quota_polls", row => row.GetString(0)).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_WithTheSameCredential_KeepsTheBackoff()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("CLAUDE_SESSION_KEY", "sk-ant-sid02-ended")]);
        await rig.PassAsync(TimeSpan.FromHours(3));
        var before = rig.Upstream.Exchanges.Count;

        await rig.RestartAsync(TimeSpan.FromSeconds(61));
        await rig.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal("rejected", (await rig.GetAsync("/api/usage")).GetProperty("accounts")[0].GetProperty("error").GetProperty("kind").GetString());
        Assert.InRange(rig.Upstream.Exchanges.Count - before, 0, 1);
    }

    [Fact]
    public async Task ManyAccounts_AreNotAskedInTheSameMoment_AtAStartAndByHand()
    {
        await using var rig = await QuotaRig.StartAsync(accounts: 12, cookies: false);
        await rig.PassAsync(TimeSpan.FromSeconds(60));
        Spread(rig.Upstream.Exchanges.Take(12));

        await rig.PassAsync(TimeSpan.FromMinutes(2));
        var before = rig.Upstream.Exchanges.Count;
        using var pollNow = await rig.Receiver.Client.PostFormAsync("/api/poll-now", [], bearer: RunningReceiver.AdminToken);
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(rig.Upstream.Exchanges.Count - before, 1, 3);
    }

    private static void Spread(IEnumerable<Exchange> exchanges)
    {
        var at = exchanges.Select(exchange => exchange.At).ToList();
        Assert.Equal(12, at.Count);
        Assert.InRange(at.Count(one => one - at[0] < TimeSpan.FromSeconds(1)), 1, 2);
        Assert.InRange(at[^1] - at[0], TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(60));
    }

    private static double Utilization(JsonElement usage) => usage.GetProperty("five_hour").GetProperty("utilization").GetDouble();
}
