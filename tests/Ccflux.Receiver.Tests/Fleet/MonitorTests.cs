using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.AspNetCore.Http;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Uptime monitoring over real connections: own checks, Uptime Kuma's status page, alerts.</summary>
public sealed class MonitorTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task OwnChecks_SayWhatTheySawAndTellAnOutage()
    {
        var status = 200;
        var told = new ConcurrentQueue<string>();
        await using var target = await LocalServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var hook = await LocalServer.StartAsync(async context => told.Enqueue(await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted)));
        var time = new ManualTime();
        await using var receiver = await FleetHost.StartAsync(
            time, ("ALLOW_PRIVATE_MONITORS", "1"), ("MONITORS", $"API={target.Address}key?token=secret-of-the-address"), ("BASE_URL", "http://ccflux.invalid"),
            ("ALLOW_PRIVATE_WEBHOOKS", "1"), ("ALERT_WEBHOOK_URL", hook.Address.ToString()));
        var watch = receiver.Service<MonitorWatch>();

        await watch.RunAsync(Cancellation);
        Assert.Equal([("Receiver", "up"), ("Public URL", "down"), ("API", "up"), ("Polling", "unknown"), ("Agents", "unknown")], await StatesAsync(receiver));

        status = 503;
        await watch.RunAsync(Cancellation);
        Assert.Equal(("API", "down"), (await StatesAsync(receiver))[2]);
        await watch.RunAsync(Cancellation);
        status = 204;
        await watch.RunAsync(Cancellation);
        await PassAsync(time, () => told.Count >= 3);

        var texts = told.Select(body => JsonDocument.Parse(body).RootElement).Select(alert => (alert.GetProperty("kind").GetString(), alert.GetProperty("text").GetString())).ToList();
        Assert.Contains(("notice", "ccflux: API is down: answered 503."), texts);
        Assert.Contains(("notice", "ccflux: API is up again."), texts);
        Assert.Contains(texts, alert => alert.Item2!.StartsWith("ccflux: Public URL is down: ", StringComparison.Ordinal));

        time.Advance(TimeSpan.FromMinutes(10));
        using var page = await receiver.Client.FetchAsync("/admin/fleet", bearer: RunningReceiver.AdminToken);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("secret-of-the-address", html, StringComparison.Ordinal);
        Assert.DoesNotContain(receiver.LogLines, line => line.Contains("secret-of-the-address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Target_AtAPrivateAddress_IsNotCheckedAndNotCalledDown()
    {
        await using var receiver = await FleetHost.StartAsync(new ManualTime(), ("BASE_URL", "https://localhost:1"));

        await receiver.Service<MonitorWatch>().RunAsync(Cancellation);

        Assert.Equal([("Receiver", "up"), ("Public URL", "unknown"), ("Polling", "unknown"), ("Agents", "unknown")], await StatesAsync(receiver));
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => FleetHost.StartAsync(new ManualTime(), [("MONITORS", "a=http://10.0.0.1/,b")]));
        Assert.Contains("MONITORS", fault.Message, StringComparison.Ordinal);
        fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => FleetHost.StartAsync(new ManualTime(), [("MONITORS", "a=https://10.0.0.1/"), ("KUMA_URL", "https://kuma.example.org")]));
        Assert.Contains("MONITORS: a: a private or loopback IP address", fault.Message, StringComparison.Ordinal);
        Assert.Contains("KUMA_URL and KUMA_STATUS_PAGE: set both", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kuma_IsShownInThePlaceOfOwnChecksAndItsLossIsNoHealth()
    {
        var time = new ManualTime();
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture);
        var answers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/api/status-page/fleet"] = """{"config":{"slug":"fleet"},"publicGroupList":[{"name":"Services","monitorList":[{"id":1,"name":"API","type":"http"},{"id":2,"name":"Site"},{"id":3,"name":"<b>Odd</b>"},{"name":"no id"}]}]}""",
            ["/api/status-page/heartbeat/fleet"] = $$$"""{"heartbeatList":{"1":[{"status":1,"time":"{{{stamp}}}","ping":12}],"2":[{"status":0,"time":"{{{stamp}}}"},{"status":"x"}],"3":[{"status":3,"time":"{{{stamp}}}"}]},"uptimeList":{"1_24":0.998,"2_24":7}}""",
        };
        await using var kuma = await LocalServer.StartAsync(context => answers.TryGetValue(context.Request.Path, out var body) ? context.Response.WriteAsync(body, context.RequestAborted) : Refuse(context));
        await using var receiver = await FleetHost.StartAsync(time, ("ALLOW_PRIVATE_MONITORS", "1"), ("KUMA_URL", kuma.Address.ToString()), ("KUMA_STATUS_PAGE", "fleet"));
        var watch = receiver.Service<MonitorWatch>();

        await watch.RunAsync(Cancellation);
        Assert.Equal([("API", "up"), ("Site", "down"), ("<b>Odd</b>", "maintenance")], (await StatesAsync(receiver)).Take(3));

        answers["/api/status-page/fleet"] = "[1,2";
        await watch.RunAsync(Cancellation);
        Assert.Equal(["unknown", "unknown", "unknown"], (await StatesAsync(receiver)).Take(3).Select(row => row.State));

        answers.Remove("/api/status-page/fleet");
        await watch.RunAsync(Cancellation);
        using var page = await receiver.Client.FetchAsync("/admin/fleet", bearer: RunningReceiver.AdminToken);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("Uptime Kuma cannot be read: it answered 404.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Odd", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_IsShownWithTheDaysItHasLeft()
    {
        var time = new ManualTime();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(9.5));
        await using var target = await LocalServer.OverTlsAsync(certificate, _ => Task.CompletedTask);
        await using var receiver = await FleetHost.StartAsync(time, ("ALLOW_PRIVATE_MONITORS", "1"), ("BASE_URL", target.Address.ToString().TrimEnd('/')));

        await receiver.Service<MonitorWatch>().RunAsync(Cancellation);

        using var page = await receiver.Client.FetchAsync("/admin/fleet", bearer: RunningReceiver.AdminToken);
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("HTTPS, 127.0.0.1, certificate 9 d", html, StringComparison.Ordinal);
        Assert.Contains("its certificate is not trusted", html, StringComparison.Ordinal);
        Assert.Contains("For the public URL, valid for 9 d", html, StringComparison.Ordinal);
    }

    [Fact]
    public void InnerChecks_SayWhatIsKnownWithoutAsking()
    {
        ObservedConfigDir Seen(Presence presence) => new("a", "m", default, presence, null, []);
        Assert.Equal(new CheckResult(MonitorState.Unknown, "no live session is known"), InternalChecks.Agents([]));
        Assert.Equal(new CheckResult(MonitorState.Up, "1 of 1 online"), InternalChecks.Agents([Seen(Presence.Live)]));
        Assert.Equal(new CheckResult(MonitorState.Partly, "1 of 2 online"), InternalChecks.Agents([Seen(Presence.Live), Seen(Presence.Stale)]));
        Assert.Equal(new CheckResult(MonitorState.Down, "0 of 1 online"), InternalChecks.Agents([Seen(Presence.Stale)]));
        Assert.Equal(MonitorState.Down, InternalChecks.Tunnel(ProbeResult<CloudflaredStatus>.None("no connection")).State);
        Assert.Equal(MonitorState.Down, InternalChecks.Tailscale(ProbeResult<TailscaleStatus>.None("no connection")).State);
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task<IReadOnlyList<(string Name, string State)>> StatesAsync(RunningReceiver receiver)
    {
        using var answer = await receiver.Client.FetchAsync("/api/v1/fleet/monitors", bearer: RunningReceiver.ViewerToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return [.. document.RootElement.GetProperty("rows").EnumerateArray().Select(row => (row.GetProperty("monitor").GetString()!, row.GetProperty("state").GetString()!))];
    }

    /// <summary>Moves the clock a little, again and again, until the work in progress has finished.</summary>
    private static async Task PassAsync(ManualTime time, Func<bool> isDone)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!isDone() && DateTime.UtcNow < deadline)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }

        Assert.True(isDone());
    }
}
