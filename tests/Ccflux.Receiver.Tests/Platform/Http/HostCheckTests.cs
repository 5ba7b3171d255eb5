using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccflux.Receiver.Tests.Platform.Http;

public sealed class HostCheckTests
{
    [Theory]
    [InlineData("ccflux.example.org", true)]
    [InlineData("CCFLUX.example.org.", true)]
    [InlineData("ccflux.example.org:8080", true)]
    [InlineData("other.example.org", true)]
    [InlineData("deep.below.example.com", true)]
    [InlineData("example.com", false)]
    [InlineData("evilexample.com", false)]
    [InlineData("192.168.1.5:8080", true)]
    [InlineData("[fe80::1]:8080", true)]
    [InlineData("localhost", true)]
    [InlineData("localhost.", true)]
    [InlineData("app.localhost:3003", true)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:8080", false)]
    public void Allows_OwnNamesAndAddresses_AndNoOther(string host, bool expected)
    {
        var check = Check(new HttpOptions { BaseUrl = "https://ccflux.example.org/", AllowedHosts = "other.example.org, *.example.com" });

        Assert.Equal(expected, check.Allows(new HostString(host)));
    }

    [Fact]
    public void Allows_TheMachineByItsOwnName()
    {
        var check = Check(new HttpOptions());

        Assert.True(check.Allows(new HostString(Dns.GetHostName())));
        Assert.True(check.Allows(new HostString(Dns.GetHostName() + ".local", 8080)));
        Assert.True(check.Allows(default));
    }

    [Fact]
    public void Allows_Star_TakesEveryName() => Assert.True(Check(new HttpOptions { AllowedHosts = "*" }).Allows(new HostString("anything.example")));

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health")]
    [InlineData("/admin/login")]
    [InlineData("/api/usage")]
    [InlineData("/v1/logs")]
    public async Task Request_ForAnotherHost_Is421AndNamesTheSetting(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("QUOTA_PUBLIC", "1"), ("OTLP_HTTP_ADDR", "127.0.0.1:0"));

        foreach (var address in receiver.Addresses)
        {
            var answer = await AskAsync(address.Port, path, "evil.example");
            Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal);
            Assert.Contains("ALLOWED_HOSTS", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("evil.example", answer, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("421", (await AskAsync(receiver.Address.Port, path, "localhost"))[..12], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://ccflux.example.org")]
    [InlineData("*.*")]
    [InlineData("host:8080")]
    public async Task AllowedHosts_NoNames_IsAFault(string value)
    {
        var fault = await Assert.ThrowsAsync<Ccflux.Receiver.Platform.Settings.InvalidSettingsException>(() => RunningReceiver.StartAsync(null, ("ALLOWED_HOSTS", value)));

        Assert.Contains(fault.Faults, line => line.StartsWith("ALLOWED_HOSTS: ", StringComparison.Ordinal));
    }

    private static HostCheck Check(HttpOptions options) => new(options, TimeProvider.System, NullLogger<HostCheck>.Instance);

    private static async Task<string> AskAsync(int port, string path, string host)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), cancellation);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(cancellation);
    }
}
