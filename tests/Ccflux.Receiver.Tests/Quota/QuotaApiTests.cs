using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Who may read and change what, within which bounds; and how long data is kept.</summary>
public sealed class QuotaApiTests
{
    private static readonly string[] Reads = ["/api/usage", "/api/history", "/api/v1/quota", "/api/v1/quota/readings"];

    [Fact]
    public async Task Reads_WithoutSigningIn_AreOpenOnlyWhereQuotaIsPublic()
    {
        await using var closed = await QuotaRig.StartAsync(accounts: 2);
        await using var open = await QuotaRig.StartAsync(accounts: 2, settings: ("QUOTA_PUBLIC", "1"));
        await open.PassAsync(TimeSpan.FromHours(1));

        foreach (var path in Reads)
        {
            Assert.Equal(401, await StatusAsync(closed, path));
            using var answer = await open.Receiver.Client.FetchAsync(path);
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.DoesNotContain("@", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(401, await StatusAsync(open, "/api/settings"));
        Assert.Equal(401, await StatusAsync(open, "/api/v1/quota/alerts"));
        Assert.Contains("seat2@example.org", (await open.GetAsync("/api/usage")).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/settings")]
    [InlineData("/api/poll-now")]
    [InlineData("/api/v1/quota/alerts/test")]
    [InlineData("/api/v1/quota/alerts/rules")]
    public async Task Changes_AreTheAdminsAlone(string path)
    {
        await using var rig = await QuotaRig.StartAsync(settings: ("QUOTA_PUBLIC", "1"));

        using var anonymous = await rig.Receiver.Client.PostFormAsync(path, []);
        using var viewer = await rig.Receiver.Client.PostFormAsync(path, [], bearer: RunningReceiver.ViewerToken);
        using var forged = await rig.Receiver.Client.PostFormAsync(path, [], cookie: await rig.Receiver.SignInAsync());

        Assert.Equal(401, (int)anonymous.StatusCode);
        Assert.Equal(403, (int)viewer.StatusCode);
        Assert.Equal(400, (int)forged.StatusCode);
    }

    [Theory]
    [InlineData("/api/history?hours=0")]
    [InlineData("/api/history?hours=-1")]
    [InlineData("/api/history?hours=99999999")]
    [InlineData("/api/history?hours=1e3")]
    [InlineData("/api/history?hours=NaN")]
    [InlineData("/api/history?account=x")]
    [InlineData("/api/v1/quota?format=xml")]
    [InlineData("/api/v1/quota/readings?account=-1")]
    public async Task Query_OutOfBounds_IsRefused(string path)
    {
        await using var rig = await QuotaRig.StartAsync();

        using var answer = await rig.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);

        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Interval_Saved_BeatsTheEnvironmentAndARestart()
    {
        await using var rig = await QuotaRig.StartAsync(settings: ("POLL_INTERVAL", "90"));
        Assert.Equal(90, (await rig.GetAsync("/api/settings")).GetProperty("interval").GetInt32());

        foreach (var bad in new[] { "59", "3601", "-1", "x", "" })
        {
            using var refused = await rig.Receiver.Client.PostFormAsync("/api/settings", [new("interval", bad)], bearer: RunningReceiver.AdminToken);
            Assert.Equal(400, (int)refused.StatusCode);
        }

        using var saved = await rig.Receiver.Client.PostFormAsync("/api/settings", [new("interval", "600")], bearer: RunningReceiver.AdminToken);
        Assert.Equal(200, (int)saved.StatusCode);
        await rig.RestartAsync(TimeSpan.FromSeconds(1));
        await rig.PassAsync(TimeSpan.FromHours(3));

        Assert.Equal(600, (await rig.GetAsync("/api/settings")).GetProperty("effective").GetInt32());
        SimulatedRules.HoldBudgets(rig.Upstream.Exchanges, TimeSpan.FromSeconds(600));
        Assert.InRange(rig.Upstream.Exchanges.Count, 16, 19);
    }

    [Fact]
    public async Task PollNow_TwiceInAMinute_IsHeldToTheInterval()
    {
        await using var rig = await QuotaRig.StartAsync(settings: ("POLL_INTERVAL", "600"));
        await rig.PassAsync(TimeSpan.FromMinutes(30));

        using var early = await rig.Receiver.Client.PostFormAsync("/api/poll-now", [], bearer: RunningReceiver.AdminToken);
        await rig.PassAsync(TimeSpan.FromMinutes(30));

        Assert.Equal(429, (int)early.StatusCode);
        Assert.InRange(int.Parse(early.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 600);
        SimulatedRules.HoldBudgets(rig.Upstream.Exchanges, TimeSpan.FromSeconds(600));
    }

    [Fact]
    public async Task Csv_HasARowAWindow()
    {
        await using var rig = await QuotaRig.StartAsync(accounts: 3, settings: ("CLAUDE_LABEL", "=cmd,\"x\""));
        await rig.PassAsync(TimeSpan.FromHours(1));

        using var answer = await rig.Receiver.Client.FetchAsync("/api/v1/quota?format=csv", bearer: RunningReceiver.ViewerToken);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(1 + 2 + 2 + 3, lines.Length);
        Assert.Contains(lines, line => line.Contains("\"'=cmd,\"\"x\"\"\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task History_OfTwoDays_KeepsEveryPeakAndOldReadingsByTheHour()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("QUOTA_DETAIL_DAYS", "1"), ("POLL_INTERVAL", "180")]);
        await rig.PassAsync(TimeSpan.FromDays(2));
        await rig.Receiver.Service<IEnumerable<IHostedService>>().OfType<Retention>().Single().FoldAsync(TestContext.Current.CancellationToken);
        var given = rig.Upstream.Exchanges.Select(exchange => (exchange.At, exchange.Windows.Single(window => window.Window == "five_hour").Used)).ToList();

        var limit = rig.Time.GetUtcNow().AddDays(-1).AddHours(-1);
        Assert.DoesNotContain(rig.Query("SELECT observed_at FROM quota_readings", row => row.GetInt64(0)), at => at < limit.ToUnixTimeMilliseconds());
        var hours = rig.Query(
            "SELECT hour, max_milli, last_milli, readings FROM quota_hours JOIN quota_windows USING (window_id) WHERE name = 'five_hour' ORDER BY hour",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        var expected = given.GroupBy(one => one.At.ToUnixTimeMilliseconds() / 3_600_000).OrderBy(hour => hour.Key)
            .Select(hour => (hour.Key, Milli(hour.Max(one => one.Used)), Milli(hour.Last().Used), (long)hour.Count())).Take(hours.Count);
        Assert.InRange(hours.Count, 23, 25);
        Assert.Equal(expected, hours);

        var series = (await rig.GetAsync("/api/history?hours=48")).GetProperty("series").EnumerateArray().Single(one => one.GetProperty("window").GetString() == "five_hour");
        var points = series.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("used_percent").GetDouble()).ToList();
        Assert.InRange(points.Count, 300, 1440);
        Assert.Equal(given.Max(one => one.Used), points.Max());
    }

    [Fact]
    public async Task Alert_ThatIsNotTaken_ComesAgainUntilItIs()
    {
        var taken = new List<string>();
        var refuse = 2;
        var builder = WebApplication.CreateSlimBuilder();
        await using var hook = builder.Build();
        hook.Urls.Add("http://127.0.0.1:0");
        hook.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            context.Response.StatusCode = Interlocked.Decrement(ref refuse) >= 0 ? 500 : 200;
            lock (taken)
            {
                taken.Add($"{context.Request.Path} {context.Response.StatusCode} {body}");
            }
        });
        await hook.StartAsync(TestContext.Current.CancellationToken);
        await using var rig = await QuotaRig.StartAsync(settings: [("ALERT_WEBHOOK_URL", hook.Urls.Single() + "/secret-path"), ("ALLOW_PRIVATE_WEBHOOKS", "1")]);

        using var test = await rig.Receiver.Client.PostFormAsync("/api/v1/quota/alerts/test", [], bearer: RunningReceiver.AdminToken);
        Assert.Equal(202, (int)test.StatusCode);
        await rig.DeliverUntilAsync(() => rig.Query("SELECT count(*) FROM quota_deliveries WHERE state = 'delivered'", row => row.GetInt32(0))[0] == 1);

        var alert = await AlertAsync(rig);
        Assert.Equal(3, alert.GetProperty("attempts").GetInt32());
        Assert.Equal(3, taken.Count);
        Assert.Contains("/secret-path 200", taken[^1], StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"test\"", taken[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Receiver.LogLines, line => line.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Alert_ToANameThatLeadsToAPrivateAddress_IsNotSent()
    {
        // It passes the setting's check, as does any name whose IP address changes later.
        await using var rig = await QuotaRig.StartAsync(settings: [("ALERT_SLACK_URL", "https://ip6-localhost/services/secret-path")]);

        using var test = await rig.Receiver.Client.PostFormAsync("/api/v1/quota/alerts/test", [], bearer: RunningReceiver.AdminToken);
        await rig.DeliverUntilAsync(() => rig.Query("SELECT attempts FROM quota_deliveries", row => row.GetInt32(0)).Single() > 0);

        var alert = await AlertAsync(rig);
        Assert.Equal(202, (int)test.StatusCode);
        Assert.Matches("private IP address|cannot be resolved", alert.GetProperty("error").GetString());
        Assert.DoesNotContain(rig.Receiver.LogLines, line => line.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Thresholds_CrossedByASimulatedAccount_AreToldOncePerWindow()
    {
        await using var rig = await QuotaRig.StartAsync(delivery: TimeSpan.FromDays(2), settings: [("ALERT_WEBHOOK_URL", "https://192.0.2.1/"), ("ALLOW_PRIVATE_WEBHOOKS", "1"), ("ALERT_THRESHOLDS", "20"), ("ALERT_QUIET_HOURS", "00:00-23:59"), ("ALERT_FORECAST", "0"), ("POLL_INTERVAL", "180")]);
        await rig.PassAsync(TimeSpan.FromDays(1));

        var crossings = 0;
        var before = 0d;
        foreach (var used in rig.Upstream.Exchanges.Select(exchange => exchange.Windows.Single(window => window.Window == "five_hour").Used))
        {
            crossings += before < 20 && used >= 20 ? 1 : 0;
            before = used;
        }

        Assert.InRange(crossings, 1, 10);
        Assert.Equal(crossings, rig.Query("SELECT kind FROM quota_alerts WHERE window = 'five_hour'", row => row.GetString(0)).Count);
    }

    private static async Task<JsonElement> AlertAsync(QuotaRig rig) => (await rig.GetAsync("/api/v1/quota/alerts")).GetProperty("alerts").EnumerateArray().Single();

    private static long Milli(double percent) => (long)Math.Round(percent * 1000);

    private static async Task<int> StatusAsync(QuotaRig rig, string path)
    {
        using var answer = await rig.Receiver.Client.FetchAsync(path);
        return (int)answer.StatusCode;
    }
}
