using System.Net;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Platform.Metrics;

/// <summary>Who may read /metrics.</summary>
public sealed class MetricsAccessTests
{
    [Theory]
    [InlineData("/metrics", "127.0.0.1", null, HttpStatusCode.OK)]
    [InlineData("/metrics/", "localhost", null, HttpStatusCode.OK)]
    [InlineData("/metrics", "ccflux.example.org", null, HttpStatusCode.Unauthorized)]
    [InlineData("/metrics/", "127.0.0.1", "X-Forwarded-For", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", "127.0.0.1", "X-Forwarded-Proto", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", "127.0.0.1", "X-Real-IP", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", "127.0.0.1", "Forwarded", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", "127.0.0.1", "CF-Connecting-IP", HttpStatusCode.Unauthorized)]
    public async Task WithoutAToken_ThisMachineOnly_AndNoProxyOnIt(string path, string host, string? header, HttpStatusCode expected)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("BASE_URL", "https://ccflux.example.org"), ("TRUSTED_PROXIES", "10.0.0.0/8"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Host = host;
        if (header is not null)
        {
            request.Headers.Add(header, "for=127.0.0.1");
        }

        using var answer = await receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData("metrics-token-for-tests", HttpStatusCode.OK)]
    public async Task WithAToken_EverybodyNeedsIt(string? bearer, HttpStatusCode expected)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("METRICS_TOKEN", "metrics-token-for-tests"));

        using var answer = await receiver.Client.FetchAsync("/metrics", bearer: bearer);

        Assert.Equal(expected, answer.StatusCode);
    }
}
