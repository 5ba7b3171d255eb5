using System.Net;
using System.Text.RegularExpressions;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Pages;

/// <summary>The content of the pages, in bytes.</summary>
public sealed class UsagePageTests
{
    [Fact]
    public async Task Cards_UnderAFilter_AreThePeriodsWithAllTimeBeside()
    {
        await using var history = await FilledAsync();

        var everybody = await GetAsync(history, "/admin/?period=today");
        var one = await GetAsync(history, "/admin/?period=today&user=person1@example.org");

        Assert.Equal(("30", "all time 942"), (Card(everybody, "input", "val"), Beside(everybody, "input")));
        Assert.Equal(("10", "all time 922"), (Card(one, "input", "val"), Beside(one, "input")));
        Assert.Contains("so far, vs the same hours yesterday", one, StringComparison.Ordinal);
        Assert.Contains("10 so far, 5 in the same part of the prior period, until 2026-11-19 12:00:00 UTC", one, StringComparison.Ordinal);
        Assert.DoesNotContain("All-time totals", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListPriceValue_IsNeverShownAsACost()
    {
        await using var history = await FilledAsync();

        foreach (var path in new[] { "/admin/", "/admin/users/person1@example.org", "/admin/telemetry" })
        {
            var text = Text(await GetAsync(history, path));
            Assert.DoesNotMatch(@"\bCost\b", text);
            Assert.Contains("not your invoice", text, StringComparison.Ordinal);
        }

        var page = WebUtility.HtmlDecode(await GetAsync(history, "/admin/"));
        Assert.Contains("List-price value", page, StringComparison.Ordinal);
        Assert.Matches(@"not your invoice · list of \d+ \w+ \d{4} · without somebody-elses-model<", page);
        Assert.Contains("Client&#x27;s estimate", await GetAsync(history, "/admin/telemetry"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OfUsers_SaysHowManyOfHowMany()
    {
        await using var history = await FilledAsync();

        var page = await GetAsync(history, "/admin/?users.q=person2");

        Assert.Contains(">1 of 2 users<", page, StringComparison.Ordinal);
        Assert.Contains("Total of these", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OfAnOpenWindow_SaysWhenItEnds()
    {
        await using var history = await FilledAsync();

        foreach (var path in new[] { "/admin/?export", "/admin/users/person1@example.org?export" })
        {
            var page = await GetAsync(history, path);
            Assert.Matches(@"data-f=""until"">20 Nov, 1\d:00<", page);
            Assert.DoesNotMatch(@"data-f=""until"">(in|now)\b", page);
        }

        Assert.Matches(@"data-f=""until"">in \d", await GetAsync(history, "/admin/"));
    }

    [Fact]
    public async Task CsvLinks_AskForWholeTables()
    {
        await using var history = await FilledAsync();

        var page = await GetAsync(history, "/admin/");

        Assert.Contains("format=csv", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("href=\"/api[^\"]*size=", page);
    }

    private static async Task<History> FilledAsync()
    {
        var history = await History.EmptyAsync();
        await history.AddUserAsync(1, "Data");
        await history.AddUserAsync(2, "Platform");
        var now = history.Time.GetUtcNow();
        await history.StoreAsync(1, History.Turn("a", 0, now.AddDays(-10), ("claude-opus-5-5", History.Usage(900, 1))), History.Turn("a", 1, now.AddMinutes(-5), ("claude-opus-5-5", History.Usage(10, 1))));
        await history.StoreAsync(1, History.Turn("a", 2, now.AddDays(-1).AddHours(-2), ("claude-opus-5-5", History.Usage(5, 1))), History.Turn("a", 3, now.AddDays(-1).AddHours(8), ("claude-opus-5-5", History.Usage(7, 1))));
        await history.StoreAsync(2, History.Turn("b", 0, now.AddMinutes(-5), ("somebody-elses-model", History.Usage(20, 1))));
        return history;
    }

    private static string Card(string page, string name, string part) =>
        Regex.Match(page, $"data-stat=\"{name}\".*?<dd class=\"{part}\"[^>]*>([^<]*)", RegexOptions.Singleline, TestDeadline.Ample).Groups[1].Value;

    private static string Beside(string page, string name) =>
        Regex.Match(page, $"data-stat=\"{name}\".*?<span>(all time [^<]*)", RegexOptions.Singleline, TestDeadline.Ample).Groups[1].Value;

    /// <summary>The readable text, titles included; neither scripts nor URLs.</summary>
    private static string Text(string page) => WebUtility.HtmlDecode(Regex.Replace(
        Regex.Replace(page, "<script.*?</script>|<style.*?</style>", " ", RegexOptions.Singleline, TestDeadline.Ample),
        "<[^>]*?(?:title=\"(?<title>[^\"]*)\")[^>]*>|<[^>]*>",
        match => " " + match.Groups["title"].Value + " ",
        RegexOptions.None,
        TestDeadline.Ample));

    private static async Task<string> GetAsync(History history, string path)
    {
        using var answer = await history.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
