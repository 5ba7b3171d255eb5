using System.Text.Json;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.AspNetCore.Http;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What is said about the network: only what was observed.</summary>
public sealed class NetworkTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task NothingAround_IsSaidToBeUnseen()
    {
        await using var receiver = await FleetHost.StartAsync(new ManualTime(), ("TAILSCALE_SOCKET", "/nonexistent/tailscaled.sock"));
        await receiver.Service<NetworkWatch>().LookAsync(Cancellation);

        var facts = await FactsAsync(receiver);

        Assert.Equal(("unseen", "Cannot be seen: the receiver can see no tailscaled on this machine"), facts["Tailscale"]);
        Assert.Equal(("unseen", "Cannot be seen: CLOUDFLARED_METRICS is not set"), facts["Cloudflare Tunnel"]);
        Assert.Equal("unseen", facts["TLS"].State);
        Assert.Equal("unseen", facts["Open ports"].State);
        Assert.Equal(("good", $"127.0.0.1:{receiver.Address.Port} (this machine only)"), facts["Listening"]);
        Assert.Equal("fact", facts["Cloudflare Access"].State);
    }

    [Fact]
    public async Task Tailscale_IsReadOverItsSocket()
    {
        var socket = Path.Combine(Directory.CreateTempSubdirectory("ccflux-test-").FullName, "ts.sock");
        await using var receiver = await FleetHost.StartAsync(new ManualTime(), ("TAILSCALE_SOCKET", socket));
        var serve = $$$$$"""{"Web":{"host.tail1.ts.net:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:{{{{{receiver.Address.Port}}}}}"}}}},"AllowFunnel":{"host.tail1.ts.net:443":true}}""";
        var state = "Running";
        await using (await LocalServer.OnSocketAsync(socket, context => context.Response.WriteAsync(
            context.Request.Path == "/localapi/v0/status" ? $$$$"""{"BackendState":"{{{{state}}}}","Self":{"DNSName":"host.tail1.ts.net.","Online":true}}""" : serve, context.RequestAborted)))
        {
            Assert.Equal(("good", "Funnel is on: host.tail1.ts.net:443 leads here from the Internet over HTTPS"), await TailscaleAsync(receiver));
            serve = serve.Replace("true", "false", StringComparison.Ordinal);
            Assert.Equal(("good", "host.tail1.ts.net:443 leads here from the tailnet; Funnel is off"), await TailscaleAsync(receiver));
            serve = "null";
            Assert.Equal(("good", "Connected as host.tail1.ts.net; it serves nothing that leads here"), await TailscaleAsync(receiver));
            state = "Stopped";
            Assert.Equal(("warning", "Not running (Stopped)"), await TailscaleAsync(receiver));
            serve = "{";
            Assert.Equal(("unseen", "Cannot be seen: tailscaled answers in an unknown format"), await TailscaleAsync(receiver));
        }

        Assert.Equal("unseen", (await TailscaleAsync(receiver)).State);
    }

    [Fact]
    public async Task Cloudflared_IsAskedForItsConnections()
    {
        var (status, body) = (200, """{"status":200,"readyConnections":4,"connectorId":"x"}""");
        await using var cloudflared = await LocalServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/ready" ? status : 404;
            return context.Response.WriteAsync(body, context.RequestAborted);
        });
        await using var receiver = await FleetHost.StartAsync(new ManualTime(), ("CLOUDFLARED_METRICS", cloudflared.Address.ToString()));

        Assert.Equal("good", (await TunnelAsync(receiver)).State);
        (status, body) = (503, """{"status":503,"readyConnections":0,"connectorId":"x"}""");
        Assert.Equal(("bad", "cloudflared runs but has no connection"), await TunnelAsync(receiver));
        (status, body) = (200, "OK");
        Assert.Equal("unseen", (await TunnelAsync(receiver)).State);
    }

    [Fact]
    public async Task Tls_IsWhatTrustedProxiesSaid()
    {
        await using var believing = await FleetHost.StartAsync(new ManualTime(), ("TRUSTED_PROXIES", "127.0.0.0/8"));
        await SendAsync(believing, ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"));
        Assert.Equal("good", (await FactsAsync(believing))["TLS"].State);
        await SendAsync(believing, ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "http"));
        Assert.Equal(("bad", "The proxy accepted 1 request without TLS since the start"), (await FactsAsync(believing))["TLS"]);

        await using var wary = await FleetHost.StartAsync(new ManualTime());
        await SendAsync(wary, ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"));
        await SendAsync(wary, ("X-Original-Proto", "http"), ("X-Original-For", "198.51.100.7"));
        var facts = await FactsAsync(wary);
        Assert.Equal("unseen", facts["TLS"].State);
        Assert.Equal(("warning", "None is trusted (TRUSTED_PROXIES); 1 request carried forwarding headers from an untrusted sender, which were ignored"), facts["Proxies"]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("http://localhost:8080/x", true)]
    [InlineData("http://127.0.0.1:8081", false)]
    [InlineData("http://192.168.1.2:8080", false)]
    [InlineData(null, false)]
    public void Target_LeadsHere_ByLoopbackAndPort(string? target, bool expected) =>
        Assert.Equal(expected, Listening.LeadsHere(Listening.Parse(["http://0.0.0.0:8080"]), target));

    [Fact]
    public void Listening_SaysWhoCanReachIt() => Assert.Equal(
        "0.0.0.0:8080 (every interface); 127.0.0.1:4318, 4317 (this machine only)",
        Listening.Text(Listening.Parse(["http://0.0.0.0:8080", "http://127.0.0.1:4318", "http://127.0.0.1:4317"])));

    private static async Task SendAsync(RunningReceiver receiver, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await receiver.Client.SendAsync(request, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<(string State, string Text)> TailscaleAsync(RunningReceiver receiver)
    {
        await receiver.Service<NetworkWatch>().LookAsync(Cancellation);
        return (await FactsAsync(receiver))["Tailscale"];
    }

    private static async Task<(string State, string Text)> TunnelAsync(RunningReceiver receiver)
    {
        await receiver.Service<NetworkWatch>().LookAsync(Cancellation);
        return (await FactsAsync(receiver))["Cloudflare Tunnel"];
    }

    private static async Task<Dictionary<string, (string State, string Text)>> FactsAsync(RunningReceiver receiver)
    {
        using var answer = await receiver.Client.FetchAsync("/api/v1/fleet/network", bearer: RunningReceiver.ViewerToken);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.GetProperty("rows").EnumerateArray()
            .ToDictionary(row => row.GetProperty("name").GetString()!, row => (row.GetProperty("state").GetString()!, row.GetProperty("text").GetString()!), StringComparer.Ordinal);
    }
}
