using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Http;

public sealed class HttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_DatabaseReadable_IsOk()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/health");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("{\"status\":\"ok\",\"db\":\"ok\"}", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Health_DatabaseCannotBeWritten_SaysSoUntilItCan()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time);
        var writer = receiver.Service<GroupCommitWriter>();
        await writer.WriteAsync(session => session.Scalar("PRAGMA busy_timeout = 10"));
        using (var other = SqliteConnection.Open(receiver.DatabasePath))
        {
            other.ExecuteScript("BEGIN IMMEDIATE");
            Assert.Equal(WriteStatus.StorageFailed, (await writer.WriteAsync(session => session.Execute("DELETE FROM admin_sessions"))).Status);

            using var degraded = await receiver.Client.FetchAsync("/health");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, degraded.StatusCode);
            Assert.Equal("{\"status\":\"degraded\",\"db\":\"not-writable\"}", await degraded.Content.ReadAsStringAsync(Cancellation));
            other.ExecuteScript("ROLLBACK");
        }

        time.Advance(GroupCommitWriter.ProbeInterval);
        await writer.CheckpointAsync();

        using var answer = await receiver.Client.FetchAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task EveryAnswer_CarriesTheSecurityHeaders()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        foreach (var path in new[] { "/health", "/admin/login", "/nowhere", "/admin/" })
        {
            using var answer = await receiver.Client.FetchAsync(path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Root_LeadsToThePages()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/");

        Assert.Equal("/admin/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Body_OverTheLimit_Is413()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("BODY_LIMIT_KB", "1"));

        using var answer = await receiver.Client.PostFormAsync("/admin/login", [new("token", new string('x', 5000))]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("too-large", answer.Headers.GetValues("X-CCFLUX-Error").Single());
    }

    [Theory]
    [InlineData("GET /admin/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("POST /admin/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n%%%=%&=&&")]
    [InlineData("POST /admin/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 7\r\n\r\ngarbage")]
    [InlineData("GET /admin/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ccflux_admin=\u0001\u0002;;==\r\n\r\n")]
    [InlineData("BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    public async Task Garbage_IsRefusedWithoutA500(string request)
    {
        await using var receiver = await RunningReceiver.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, receiver.Address.Port, Cancellation);
        await using var stream = client.GetStream();

        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(Cancellation);

        Assert.Matches("^HTTP/1.1 (3|4)[0-9][0-9]", answer);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(receiver.LogLines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData("127.0.0.0/8", "203.0.113.9")]
    [InlineData("10.0.0.0/8", "127.0.0.1")]
    public async Task ForwardedFor_IsBelievedFromTrustedProxiesOnly(string? trusted, string expected)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("TRUSTED_PROXIES", trusted));

        using var answer = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")], null, null, ("X-Forwarded-For", "203.0.113.9"));

        Assert.Contains(receiver.LogLines, line => line.Contains($"a wrong token from {expected}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_TooManyRequests_WaitWithRetryAfter()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("ADMIN_RATE_LIMIT_PER_MINUTE", "2"));

        for (var i = 0; i < 2; i++)
        {
            using var fine = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);
            Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
        }

        using var refused = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);
        using var health = await receiver.Client.FetchAsync("/health");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("rate-limited", refused.Headers.GetValues("X-CCFLUX-Error").Single());
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Docs_SwaggerUi_NeedsNothingThatThePolicyForbids()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var page = await receiver.Client.FetchAsync("/docs/", bearer: RunningReceiver.ViewerToken);
        using var script = await receiver.Client.FetchAsync("/docs/swagger-ui-bundle.js", bearer: RunningReceiver.ViewerToken);
        var html = await page.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
        Assert.Contains("SwaggerUIBundle", await script.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! src=\"/docs/)", html);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
