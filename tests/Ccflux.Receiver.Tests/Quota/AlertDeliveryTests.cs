using System.Text;
using System.Text.Json;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Alerts over a real connection: what each channel gets, and when it is retried, held back or dropped.</summary>
public sealed class AlertDeliveryTests : IAsyncDisposable
{
    // Hours pass in some tests: with fewer polls, and without looks for what is to be sent, they show the same.
    private static readonly (string Key, string? Value) s_slow = ("POLL_INTERVAL", "300");
    private static readonly TimeSpan s_never = TimeSpan.FromDays(2);

    private readonly List<(string Path, JsonElement Body)> _taken = [];
    private readonly WebApplication _hook;
    private Func<string, (int Status, string? Location)> _answer = _ => (200, null);
    private QuotaRig? _rig;

    public AlertDeliveryTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _hook = builder.Build();
        _hook.Urls.Add("http://127.0.0.1:0");
        _hook.Run(async context =>
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body);
            lock (_taken)
            {
                _taken.Add((context.Request.Path, document.RootElement.Clone()));
            }

            (context.Response.StatusCode, var location) = _answer(context.Request.Path);
            context.Response.Headers.Location = location;
        });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Threshold_Crossed_IsToldByEveryChannelInItsOwnForm()
    {
        await StartAsync(("CLAUDE_LABEL", "R&D <one>"), ("ALERT_THRESHOLDS", "1"), ("ALERT_FORECAST", "0"));
        await _rig!.DeliverUntilAsync(() => _taken.Count >= 3);

        var telegram = Of("/bot7:secret_bot-token/sendMessage");
        Assert.Equal("-100200", telegram.GetProperty("chat_id").GetString());
        Assert.Matches(@"^R&D <one>: the [\w-]+ limit is [\d.]+ % used \(threshold 1 %\); it resets at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$", telegram.GetProperty("text").GetString());
        Assert.StartsWith("R&amp;D &lt;one&gt;: ", Of("/slack").GetProperty("text").GetString(), StringComparison.Ordinal);
        var plain = Of("/plain");
        Assert.Equal("threshold", plain.GetProperty("kind").GetString());
        Assert.Equal("R&D <one>", plain.GetProperty("account").GetString());
        Assert.Equal(1, plain.GetProperty("threshold_percent").GetDouble());
        Assert.InRange(plain.GetProperty("used_percent").GetDouble(), 1, 100);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        _answer = path => path is "/plain" ? (307, "/elsewhere") : (200, null);
        await StartAsync();
        await TestAlertAsync();

        await _rig!.DeliverUntilAsync(() => Deliveries("error = 'answered 307'") == 1);
        Assert.DoesNotContain(_taken, one => one.Path is "/elsewhere");
    }

    [Fact]
    public async Task Channel_ThatNeverTakesIt_IsGivenUpAfterFiveAttempts()
    {
        _answer = path => path is "/slack" ? (500, null) : (200, null);
        await StartAsync(("ALERT_THRESHOLDS", "100"), ("ALERT_FORECAST", "0"));
        await TestAlertAsync();

        await _rig!.DeliverUntilAsync(() => Deliveries("kind = 'test' AND channel = 'slack' AND state = 'failed' AND attempts = 5") == 1);
        Assert.Equal(2, Deliveries("kind = 'test' AND state = 'delivered' AND attempts = 1"));
    }

    [Fact]
    public async Task Delivery_WhileItIsSent_IsNotDue()
    {
        var (attempts, due) = (0, 0);
        _answer = path =>
        {
            attempts += path is "/slack" ? Deliveries("kind = 'test' AND channel = 'slack' AND state = 'waiting' AND attempts = 1") : 0;
            due += path is "/slack" ? Deliveries($"kind = 'test' AND channel = 'slack' AND next_at <= {_rig!.Time.GetUtcNow().AddSeconds(20).ToUnixTimeMilliseconds()}") : 0;
            return (200, null);
        };
        await StartAsync(("ALERT_THRESHOLDS", "100"), ("ALERT_FORECAST", "0"));
        await TestAlertAsync();

        await _rig!.DeliverUntilAsync(() => Deliveries("kind = 'test' AND state = 'delivered' AND attempts = 1") == 3);
        Assert.Equal((1, 0), (attempts, due));
    }

    [Fact]
    public async Task QuietHours_HoldAlertsBackUntilTheirEnd_AndDropWhatIsOutdatedThen()
    {
        var start = new ManualTime().GetUtcNow();
        var hours = $"{start.AddMinutes(-1):HH:mm}-{start.AddHours(9):HH:mm}";
        await StartAsync(("ALERT_THRESHOLDS", "1"), ("ALERT_FORECAST", "0"), ("ALERT_QUIET_HOURS", hours), s_slow);

        await _rig!.PassAsync(TimeSpan.FromHours(8));
        Assert.Empty(_taken);
        var waiting = Deliveries("state = 'waiting'");
        Assert.InRange(waiting, 3, 1000);

        await _rig.DeliverUntilAsync(() => Deliveries($"state = 'waiting' AND next_at < {start.AddHours(10).ToUnixTimeMilliseconds()}") == 0);
        Assert.True(Deliveries("state = 'delivered'") > 0, "seven_day has not reset by then");
        Assert.True(Deliveries("state = 'outdated' AND attempts = 0") > 0, "five_hour has");
    }

    [Fact]
    public async Task Rule_OfAnAccount_BeatsTheDefault()
    {
        await StartAsync(s_never, ("ALERT_THRESHOLDS", "1"), ("ALERT_FORECAST", "0"), ("ALERT_QUIET_HOURS", "00:00-23:59"), s_slow);
        var before = Deliveries("true");

        Assert.Equal(204, await RuleAsync("""{"account":1,"thresholds":[],"forecast":false}"""));
        Assert.Equal(404, await RuleAsync("""{"account":99,"thresholds":[80],"forecast":true}"""));
        Assert.Equal(400, await RuleAsync("""{"account":1,"thresholds":[101],"forecast":true}"""));
        await _rig!.PassAsync(TimeSpan.FromHours(12));

        Assert.Equal(before, Deliveries("true"));
    }

    [Fact]
    public async Task Rule_Removed_GivesTheAccountTheDefaultAgain()
    {
        await StartAsync(s_never, ("ALERT_THRESHOLDS", "1"), ("ALERT_FORECAST", "0"), ("ALERT_QUIET_HOURS", "00:00-23:59"), s_slow);
        Assert.Equal(204, await RuleAsync("""{"account":1,"thresholds":[],"forecast":false}"""));
        await _rig!.PassAsync(TimeSpan.FromHours(6));
        var before = Deliveries("true");

        Assert.Equal(403, await RemoveRuleAsync(1, RunningReceiver.ViewerToken));
        Assert.Equal(204, await RemoveRuleAsync(1));
        Assert.Equal(404, await RemoveRuleAsync(1));
        await _rig.PassAsync(TimeSpan.FromHours(6));

        Assert.True(Deliveries("true") > before);
        Assert.Equal("removed", _rig.Query("SELECT detail FROM audit_log WHERE action = 'quota.alert.rule' ORDER BY rowid DESC LIMIT 1", row => row.GetString(0)).Single());
    }

    [Fact]
    public async Task Page_ShowsChannelsRulesAndDeliveries_AndSendsATest()
    {
        await StartAsync();
        var session = await _rig!.Receiver.SignInAsync();
        Assert.Equal(204, await RuleAsync("""{"account":1,"thresholds":[33,66],"forecast":false}"""));
        using (var refused = await _rig.Receiver.Client.PostFormAsync("/admin/alerts/test", [], session))
        {
            Assert.Equal(400, (int)refused.StatusCode);
        }

        var page = await _rig.Receiver.Client.GetStringAsync(new Uri("/admin/alerts", UriKind.Relative), session);
        var token = page.Split($"name=\"{AdminSession.AntiforgeryField}\" value=\"")[1].Split('"')[0];
        using var sent = await _rig.Receiver.Client.PostFormAsync("/admin/alerts/test", [new(AdminSession.AntiforgeryField, token)], session);
        Assert.Equal("303 /admin/alerts", $"{(int)sent.StatusCode} {sent.Headers.Location}");
        await _rig.DeliverUntilAsync(() => Deliveries("state = 'delivered'") == 3);

        page = await _rig.Receiver.Client.GetStringAsync(new Uri("/admin/alerts", UriKind.Relative), session);
        Assert.Contains("33 %, 66 %", page, StringComparison.Ordinal);
        Assert.Contains("ALERT_WEBHOOK_URL", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("Delivered").Length - 1);
        Assert.DoesNotContain("secret_bot", page, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:", page[page.IndexOf("<main", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rig is not null)
        {
            await _rig.DisposeAsync();
        }

        await _hook.DisposeAsync();
    }

    private Task StartAsync(params (string Key, string? Value)[] settings) => StartAsync(null, settings);

    private async Task StartAsync(TimeSpan? delivery, params (string Key, string? Value)[] settings)
    {
        await _hook.StartAsync(Cancellation);
        var address = _hook.Urls.Single();
        _rig = await QuotaRig.StartAsync(delivery: delivery, settings:
        [
            ("ALERT_TELEGRAM_TOKEN", "7:secret_bot-token"), ("ALERT_TELEGRAM_CHAT", "-100200"), ("ALERT_TELEGRAM_URL", address),
            ("ALERT_SLACK_URL", address + "/slack"), ("ALERT_WEBHOOK_URL", address + "/plain"), ("ALLOW_PRIVATE_WEBHOOKS", "1"), .. settings,
        ]);
        await _rig.PassAsync(TimeSpan.FromSeconds(1));
    }

    private async Task TestAlertAsync()
    {
        using var test = await _rig!.Receiver.Client.PostFormAsync("/api/v1/quota/alerts/test", [], bearer: RunningReceiver.AdminToken);
        Assert.Equal(202, (int)test.StatusCode);
    }

    private Task<int> RuleAsync(string json) => SendAsync(HttpMethod.Post, "", new StringContent(json, Encoding.UTF8, "application/json"), RunningReceiver.AdminToken);

    private Task<int> RemoveRuleAsync(long account, string token = RunningReceiver.AdminToken) => SendAsync(HttpMethod.Delete, $"/{account}", null, token);

    private async Task<int> SendAsync(HttpMethod method, string path, HttpContent? content, string token)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/quota/alerts/rules" + path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await _rig!.Receiver.Client.SendAsync(request, Cancellation);
        return (int)answer.StatusCode;
    }

    private int Deliveries(string condition) =>
        _rig!.Query($"SELECT count(*) FROM quota_deliveries JOIN quota_alerts USING (alert_id) WHERE {condition}", row => row.GetInt32(0))[0];

    private JsonElement Of(string path)
    {
        lock (_taken)
        {
            return _taken.First(one => string.Equals(one.Path, path, StringComparison.Ordinal)).Body;
        }
    }
}
