using System.Net;
using System.Text.RegularExpressions;
using Ccflux.Receiver.Shell.Docs;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Shell.Docs;

/// <summary>The documentation under <c>/docs</c>, and that every link to it works.</summary>
public sealed partial class DocPagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryPage_IsServed_AndEveryLinkInItResolves()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var pages = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Append(Repository.PathOf("SECURITY.md")))
        {
            var path = $"/docs/{Path.GetFileNameWithoutExtension(file)}";
            using var answer = await receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
            pages[path] = await answer.Content.ReadAsStringAsync(Cancellation);
        }

        Assert.True(pages.Count >= 14, $"Only {pages.Count} pages.");
        var broken = pages
            .SelectMany(page => Links(Article(page.Value)).Select(link => (From: page.Key, Link: link)))
            .Where(way => !way.Link.StartsWith("https://", StringComparison.Ordinal) && !Leads(way.From, way.Link, pages));
        Assert.Empty(broken);
        Assert.Contains(pages, page => Links(Article(page.Value)).Any(link => link.StartsWith("/docs/", StringComparison.Ordinal) && link.Contains('#', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EveryMentionOnAPage_IsALinkThatLeadsThere()
    {
        await using var receiver = await RunningReceiver.StartAsync(settings: [("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName)]);
        var links = new HashSet<string>(StringComparer.Ordinal);

        foreach (var path in new[] { "/admin/", "/admin/telemetry", "/admin/alerts", "/admin/fleet", "/quota" })
        {
            using var answer = await receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
            var html = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
            Assert.DoesNotMatch(@"docs/[\w-]+\.md", LinkWithText().Replace(html, ""));
            links.UnionWith(Links(html).Where(link => link.StartsWith("/docs", StringComparison.Ordinal)));
        }

        Assert.Superset(new HashSet<string>(["/docs/fleet", "/docs/configuration", "/docs/security", "/docs/server-setup#through-a-tunnel", "/docs/quota#cookies-from-the-browser"], StringComparer.Ordinal), links);
        foreach (var link in links)
        {
            using var answer = await receiver.Client.FetchAsync(link, bearer: RunningReceiver.AdminToken);
            var html = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.True(answer.StatusCode is HttpStatusCode.OK || (link is "/docs" && answer.StatusCode is HttpStatusCode.Redirect), $"{link}: {answer.StatusCode}");
            Assert.True(!link.Contains('#', StringComparison.Ordinal) || html.Contains($"id=\"{link.Split('#')[1]}\"", StringComparison.Ordinal), link);
        }
    }

    [Fact]
    public async Task SignedIn_TheFooterLeadsToApiAndDocs()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var session = await receiver.SignInAsync(RunningReceiver.ViewerToken);

        using var answer = await receiver.Client.FetchAsync("/docs/getting-started", session);
        var html = await answer.Content.ReadAsStringAsync(Cancellation);

        var footer = html[html.IndexOf("<footer class=\"foot\"", StringComparison.Ordinal)..];
        Assert.Equal(["/docs", "/docs/getting-started"], Links(footer));
        Assert.Contains("<title>Getting started · ccflux</title>", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/docs/getting-started\" aria-current=\"page\">", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs/fleet.md", "/docs/fleet")]
    [InlineData("/docs/FLEET", "/docs/fleet")]
    [InlineData("/docs/nothing", null)]
    [InlineData("/docs/performance", null)]
    [InlineData("/docs/fleet-simulation.md", null)]
    [InlineData("/docs/nothing.md", null)]
    [InlineData("/docs/..%2Ffleet", null)]
    [InlineData("/docs/a%0d%0ab.md", null)]
    public async Task OtherNames_LeadToThePageOrNowhere(string path, string? address)
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);

        Assert.Equal(address is null ? HttpStatusCode.NotFound : HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(address, answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Strangers_AreTurnedAwayAsFromTheApiPage()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var api = await receiver.Client.FetchAsync("/docs/");
        using var page = await receiver.Client.FetchAsync("/docs/fleet");

        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Equal(api.StatusCode, page.StatusCode);
    }

    [Theory]
    [InlineData("quota.md", "/docs/quota")]
    [InlineData("quota.md#alerts", "/docs/quota#alerts")]
    [InlineData("../SECURITY.md", "/docs/SECURITY")]
    [InlineData("#alerts", "#alerts")]
    [InlineData("https://example.org/a.md", "https://example.org/a.md")]
    public void Links_LeadToWhatIsServed(string link, string address) => Assert.Equal(address, DocPages.AddressOf(link));

    private static bool Leads(string from, string link, Dictionary<string, string> pages)
    {
        var parts = link.Split('#');
        return pages.TryGetValue(parts[0].Length == 0 ? from : parts[0], out var html)
            && (parts.Length == 1 || html.Contains($"id=\"{parts[1]}\"", StringComparison.Ordinal));
    }

    private static string Article(string html) => html[html.IndexOf("<article", StringComparison.Ordinal)..html.IndexOf("</article>", StringComparison.Ordinal)];

    private static IEnumerable<string> Links(string html) => Href().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups["to"].Value));

    [GeneratedRegex("<a [^>]*?href=\"(?<to>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Href();

    [GeneratedRegex("<a [^>]*?href=\"/docs/[^>]*>[^<]*</a>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LinkWithText();
}
