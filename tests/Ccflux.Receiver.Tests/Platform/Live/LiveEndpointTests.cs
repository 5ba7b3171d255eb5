using System.Net;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Platform.Live;

public sealed class LiveEndpointTests
{
    [Fact]
    public async Task Events_Changed_ReachesAnOpenPage()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        using var response = await OpenAsync(receiver, "usage");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var first = await NextAsync(reader);

        receiver.Service<IChangeFeed>().Publish("usage");
        var second = await NextAsync(reader);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("event: current", first, StringComparer.Ordinal);
        Assert.Contains("event: changed", second, StringComparer.Ordinal);
        Assert.Contains("data: usage", second, StringComparer.Ordinal);
        Assert.Contains(second, line => line.StartsWith("id: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Events_NotSignedIn_AreRefused()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/events?topics=usage");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/events?topics=nothing")]
    [InlineData("/events?topics=usage,nothing")]
    public async Task Events_UnknownTopic_Is400(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Events_MoreThanTheCap_WaitWithRetryAfter()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("LIVE_CONNECTIONS", "1"));
        using var open = await OpenAsync(receiver, "usage");

        using var refused = await receiver.Client.FetchAsync("/events?topics=usage", bearer: RunningReceiver.ViewerToken);

        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task Events_AllThatAViewerMayHave_LeaveRoomForTheAdmin()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("LIVE_CONNECTIONS", "8"));
        using var first = await OpenAsync(receiver, "usage");
        using var second = await OpenAsync(receiver, "usage");

        using var third = await receiver.Client.FetchAsync("/events?topics=usage", bearer: RunningReceiver.ViewerToken);
        using var admin = await OpenAsync(receiver, "usage", RunningReceiver.AdminToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (second.StatusCode, third.StatusCode, admin.StatusCode));
    }

    [Fact]
    public async Task Shutdown_WithAnOpenPage_IsQuick()
    {
        var receiver = await RunningReceiver.StartAsync();
        using var open = await OpenAsync(receiver, "usage");

        var started = TimeProvider.System.GetTimestamp();
        await receiver.DisposeAsync();

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    private static Task<HttpResponseMessage> OpenAsync(RunningReceiver receiver, string topics, string token = RunningReceiver.ViewerToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/events?topics={topics}", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", token);
        return receiver.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> NextAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
        {
            lines.Add(line);
        }

        return lines;
    }
}
