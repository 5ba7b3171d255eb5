using System.Net;
using System.Text;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Tests.Shell;

/// <summary>Pages that did not change are answered with 304, and no others.</summary>
public sealed class PageResultTests
{
    private const string Page = "/admin/?period=7d";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_Unchanged_Is304WithoutABody_ChangedIs200WithTheNewFigure()
    {
        await using var history = await History.RandomAsync(seed: 61, turns: 60);
        var client = history.Receiver.Client;
        var cookie = await history.Receiver.SignInAsync();
        using var first = await AskAsync(client, HttpMethod.Get, Page, cookie);
        var tag = first.Headers.ETag!.ToString();

        // A few seconds are no change; the body's tag, which contains the second, counts by the minute.
        history.Time.Advance(TimeSpan.FromSeconds(1));
        using var again = await AskAsync(client, HttpMethod.Get, Page, cookie, tag);
        using var head = await AskAsync(client, HttpMethod.Head, Page, cookie);

        Assert.Equal("private, no-cache", NormalCache(first));
        Assert.Contains("Cookie", first.Headers.Vary);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag!.ToString());
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((HttpStatusCode.OK, tag), (head.StatusCode, head.Headers.ETag!.ToString()));
        Assert.DoesNotContain("brand-new-division", await first.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        // Over another connection, like a command run alongside the receiver: nothing is notified of it.
        using (var other = SqliteConnection.Open(history.Receiver.DatabasePath))
        {
            other.ExecuteScript("UPDATE users SET division = 'brand-new-division' WHERE user_id = 1");
        }

        using var changed = await AskAsync(client, HttpMethod.Get, Page, cookie, tag);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
        Assert.Contains("brand-new-division", await changed.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        // Ages are shown by the minute, and so is the current time.
        var newTag = changed.Headers.ETag!.ToString();
        history.Time.Advance(TimeSpan.FromMinutes(1));
        using var later = await AskAsync(client, HttpMethod.Get, Page, cookie, newTag);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task Tag_OfSomebodyElse_OpensNothing()
    {
        await using var history = await History.RandomAsync(seed: 62, turns: 20);
        var client = history.Receiver.Client;
        var admin = await history.Receiver.SignInAsync();
        using var page = await AskAsync(client, HttpMethod.Get, Page, admin);
        var tag = page.Headers.ETag!.ToString();

        using var viewer = await AskAsync(client, HttpMethod.Get, Page, await history.Receiver.SignInAsync(RunningReceiver.ViewerToken), tag);
        using var otherSession = await AskAsync(client, HttpMethod.Get, Page, await history.Receiver.SignInAsync(), tag);
        using var stranger = await AskAsync(client, HttpMethod.Get, Page, null, tag);

        Assert.Equal(HttpStatusCode.OK, viewer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, otherSession.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
        Assert.Null(stranger.Headers.ETag);
    }

    [Fact]
    public async Task AnswerToAForm_WordOnceTold_AndErrors_AreKeptNowhere()
    {
        await using var history = await History.EmptyAsync();
        var client = history.Receiver.Client;
        var cookie = await history.Receiver.SignInAsync();
        using var token = await client.PostFormAsync(
            "/admin/users", [new("email", "new@example.org"), new("days", "30")], bearer: RunningReceiver.AdminToken, headers: ("Accept", "text/html"));
        using var told = await AskAsync(client, HttpMethod.Get, Page, cookie + "; ccflux_flash=dG9sZA.b25jZQ");
        using var missing = await AskAsync(client, HttpMethod.Get, "/admin/users/nobody%40example.org", cookie);

        Assert.Contains("Token for new@example.org", await token.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("<div>told<p>once</p>", await told.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        foreach (var answer in new[] { token, told, missing })
        {
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            Assert.Null(answer.Headers.ETag);
        }
    }

    [Theory]
    [InlineData("<p>a</p><body data-now=\"2026-11-20T12:00:59Z\" data-live-since=\"9\"><p>1</p>", true)]
    [InlineData("<p>a</p><body data-now=\"2026-11-20T12:01:00Z\" data-live-since=\"1\"><p>1</p>", false)]
    [InlineData("<p>a</p><body data-now=\"2026-11-20T12:00:00Z\" data-live-since=\"1\"><p>2</p>", false)]
    [InlineData("<p>b</p><body data-now=\"2026-11-20T12:00:00Z\" data-live-since=\"1\"><p>1</p>", false)]
    [InlineData("<p>a</p>", false)]
    public void Tag_IsOfAllButTheSecondAndTheVersion(string html, bool same)
    {
        const string Known = "<p>a</p><body data-now=\"2026-11-20T12:00:00Z\" data-live-since=\"1\"><p>1</p>";

        Assert.Equal(same, PageResult.TagOf(Encoding.UTF8.GetBytes(html)) == PageResult.TagOf(Encoding.UTF8.GetBytes(Known)));
    }

    private static string NormalCache(HttpResponseMessage answer)
    {
        var cache = answer.Headers.CacheControl!;
        return $"{(cache.Private ? "private" : "")}, {(cache.NoCache ? "no-cache" : "")}{(cache.NoStore ? ", no-store" : "")}";
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, HttpMethod method, string path, string? cookie, string? knownTag = null)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Accept", "text/html");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        if (knownTag is not null)
        {
            request.Headers.Add("If-None-Match", knownTag);
        }

        return client.SendAsync(request);
    }
}
