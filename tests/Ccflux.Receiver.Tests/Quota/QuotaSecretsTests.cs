using System.Text;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Secrets;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Cookies, access tokens, bot tokens and webhook URLs appear in nothing that the receiver writes, however polling goes.</summary>
public sealed class QuotaSecretsTests
{
    private const string Device = "MARK-device-1f7a9c";
    private const string Anonymous = "claudeai.v1.MARK-anonymous-77b1";
    private const string Clearance = "MARK-clearance-c3d900";
    private const string Bot = "123456:MARK-bot-token_a0b1c2";
    private const string LoginToken = "sk-ant-oat01-MARK-login-access-9d41";
    private const string LoginRefresh = "sk-ant-ort01-MARK-login-refresh-2e07";
    private const string Slack = "https://ip6-localhost/services/MARK-slack-key-55aa";

    /// <summary>Longer than the interval of both sources, so that each meets every fault.</summary>
    private static readonly TimeSpan s_fault = TimeSpan.FromMinutes(5);

    /// <summary>From one fault to the next: the backoff ends in between.</summary>
    private static readonly TimeSpan s_phase = TimeSpan.FromMinutes(15);

    private static readonly string[] s_answers =
        ["/api/usage", "/api/history", "/api/settings", "/api/v1/quota", "/api/v1/quota?format=csv", "/api/v1/quota/readings", "/api/v1/quota/readings?format=csv", "/api/v1/quota/alerts", "/metrics", "/docs/v1.json"];

    private static readonly string[] s_pages =
        ["/admin/", "/admin/?export", "/admin/alerts", "/admin/telemetry", "/admin/telemetry?export", "/quota", "/quota?export", "/docs/"];

    [Fact]
    public async Task Credentials_AreInNothingThatIsWritten()
    {
        var login = Path.GetTempFileName();
        await File.WriteAllTextAsync(login, $$$"""{"claudeAiOauth":{"accessToken":"{{{LoginToken}}}","refreshToken":"{{{LoginRefresh}}}","expiresAt":4102444800000}}""", TestContext.Current.CancellationToken);
        await using var rig = await QuotaRig.StartAsync(accounts: 3, settings:
        [
            ("OAUTH_CREDENTIALS", login), ("CLAUDE_DEVICE_ID", Device), ("CLAUDE_ANON_ID", Anonymous), ("CLAUDE_CF_CLEARANCE", Clearance),
            ("ALERT_TELEGRAM_TOKEN", Bot), ("ALERT_TELEGRAM_CHAT", "42"), ("ALERT_TELEGRAM_URL", "http://127.0.0.1:9"), ("ALERT_SLACK_URL", Slack), ("ALLOW_PRIVATE_WEBHOOKS", "1"),
        ]);
        var start = rig.Time.GetUtcNow();
        var kinds = Enum.GetValues<FaultKind>();
        foreach (var (index, kind) in kinds.Index())
        {
            rig.Upstream.Plan(new Fault(kind, start + (index * s_phase), start + (index * s_phase) + s_fault));
        }

        using var test = await rig.Receiver.Client.PostFormAsync("/api/v1/quota/alerts/test", [], bearer: RunningReceiver.AdminToken);
        await rig.PassAsync(kinds.Length * s_phase);
        var written = new List<(string Where, byte[] Content)> { ("log", Encoding.UTF8.GetBytes(string.Join('\n', rig.Receiver.LogLines))) };
        foreach (var path in s_answers)
        {
            using var answer = await rig.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
            Assert.Equal(200, (int)answer.StatusCode);
            written.Add((path, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        }

        var session = await rig.Receiver.SignInAsync();
        foreach (var path in s_pages)
        {
            using var answer = await rig.Receiver.Client.FetchAsync(path, session, accept: "text/html");
            Assert.Equal(200, (int)answer.StatusCode);
            written.Add((path, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        }

        File.Delete(login);
        foreach (var file in Directory.GetFiles(rig.Receiver.Folder))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
            written.Add((file, copy.ToArray()));
        }

        SecretForms[] secrets =
        [
            new("session key", rig.Upstream.Accounts[0].SessionKey), new("access token", rig.Upstream.Accounts[1].AccessToken), new("device id", Device),
            new("anonymous id", Anonymous), new("clearance", Clearance), new("bot token", Bot), new("webhook", "MARK-slack-key-55aa"),
            new("login's access token", LoginToken), new("login's refresh token", LoginRefresh),
        ];
        Assert.Empty(from one in written from secret in secrets from found in secret.FindIn(one.Content) select $"{found} in {one.Where}");
        Assert.All(kinds, kind => Assert.Equal(2, rig.Upstream.Exchanges.Where(exchange => exchange.Fault == kind).Select(exchange => exchange.ByCookie).Distinct().Count()));
        Assert.Contains(rig.Upstream.Exchanges, exchange => exchange.Status == 200);
        Assert.Contains(rig.Upstream.Exchanges, exchange => exchange is { Account: null, ByCookie: false, Status: 401 });
        Assert.All(rig.Upstream.Exchanges, exchange => Assert.Equal("GET", exchange.Method));
    }
}
