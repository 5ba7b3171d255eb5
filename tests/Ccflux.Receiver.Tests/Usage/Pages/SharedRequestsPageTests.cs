using System.Net;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Pages;

/// <summary>Requests that two users have, on the pages: everybody who may read sees them, and only an admin decides for whom they count.</summary>
public sealed class SharedRequestsPageTests
{
    private const string Page = "/admin/users/person2@example.org";
    private const string Declare = Page + "/copies/person1@example.org/declare";
    private const string TakeBack = Page + "/copies/person1@example.org/take-back";

    [Fact]
    public async Task Admin_CountsThemForOneUser_AndForBothAgain()
    {
        await using var history = await SharedAsync();
        var admin = await history.Receiver.SignInAsync();
        var (_, before) = await GetAsync(history, Page, admin);
        Assert.Contains("Count them only for person1@example.org", before, StringComparison.Ordinal);
        Assert.Contains("href=\"/admin/users/person2%40example.org/copies/person1%40example.org/declare\"", before, StringComparison.Ordinal);
        Assert.Contains("has 2 requests that", (await GetAsync(history, "/admin/", admin)).Body, StringComparison.Ordinal);

        var (status, question) = await GetAsync(history, Declare, admin);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("within a minute", question, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(history, Declare, admin));
        await AdvanceUntilAsync(history, ["1|2", "2|1"]);

        var (_, declared) = await GetAsync(history, Page, admin);
        Assert.Contains("person1@example.org only", declared, StringComparison.Ordinal);
        Assert.Contains("Count them for both again", declared, StringComparison.Ordinal);
        Assert.Contains("person1@example.org only", (await GetAsync(history, "/admin/users/person1@example.org", admin)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("has 2 requests that", (await GetAsync(history, "/admin/", admin)).Body, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(history, TakeBack, admin));
        await AdvanceUntilAsync(history, ["1|2", "2|3"]);
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(history, TakeBack, admin));

        var (_, log) = await GetAsync(history, "/admin/", admin);
        Assert.Contains("Shared requests declared as copies", log, StringComparison.Ordinal);
        Assert.Contains("Shared requests counted for both users again", log, StringComparison.Ordinal);
        Assert.Contains("person2@example.org, counted only for person1@example.org", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewer_SeesTheFigures_ButNoForm_AndIsRefused()
    {
        await using var history = await SharedAsync();
        var viewer = await history.Receiver.SignInAsync(RunningReceiver.ViewerToken);

        var (status, page) = await GetAsync(history, Page, viewer);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Shared requests", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/copies/", page, StringComparison.Ordinal);
        foreach (var path in new[] { Declare, TakeBack })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(history, path, viewer)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(history, path, viewer));
        }

        Assert.Empty(history.Rows("SELECT * FROM request_copies"));
        var (_, csv) = await GetAsync(history, "/api/v1/users/person2@example.org/shared?format=csv", viewer);
        Assert.Contains("other_email,requests,tokens,sessions,first_utc,last_utc,counted_for\nperson1@example.org,2,22,1,", csv.Replace("\r\n", "\n", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(",both", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_OfUsersWhoAreNotThere_AreNotFound_AndACircleIsExplained()
    {
        await using var history = await SharedAsync();
        var admin = await history.Receiver.SignInAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(history, Page + "/copies/nobody@example.org/declare", admin)).Status);
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(history, Page + "/copies/nobody@example.org/declare", admin));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(history, Page + "/copies/person2@example.org/declare", admin));
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(history, Declare, admin));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(history, "/admin/users/person1@example.org/copies/person2@example.org/declare", admin));
    }

    [Fact]
    public async Task Page_OfAUserWhoSharesNothing_HasNoPanel()
    {
        await using var history = await SharedAsync();
        var admin = await history.Receiver.SignInAsync();

        Assert.DoesNotContain("Shared requests", (await GetAsync(history, "/admin/users/person3@example.org", admin)).Body, StringComparison.Ordinal);
    }

    /// <summary>Users 1 and 2 have two requests in common, as the search found them; user 2 has one more.</summary>
    private static async Task<History> SharedAsync()
    {
        var history = await History.EmptyAsync();
        var now = history.Time.GetUtcNow();
        for (var user = 1; user <= 3; user++)
        {
            await history.AddUserAsync(user, "Data");
        }

        foreach (var user in (long[])[1, 2])
        {
            await history.StoreAsync(user, History.Turn("a", 0, now.AddHours(-3), ("m", History.Usage(10, 1))), History.Turn("a", 1, now.AddHours(-2), ("m", History.Usage(10, 1))));
        }

        await history.StoreAsync(2, History.Turn("b", 0, now.AddHours(-1), ("m", History.Usage(10, 1))));
        foreach (var (user, other) in new[] { (1, 2), (2, 1) })
        {
            await history.ExecuteAsync(
                "INSERT INTO shared_requests VALUES (@user, @other, 2, 2, 22, 1, @first, @last, @now)",
                ("user", user), ("other", other), ("first", now.AddHours(-3).ToUnixTimeMilliseconds()), ("last", now.AddHours(-2).ToUnixTimeMilliseconds()), ("now", now.ToUnixTimeMilliseconds()));
        }

        return history;
    }

    /// <summary>Lets time pass until the users' requests are these.</summary>
    private static async Task AdvanceUntilAsync(History history, string[] requests)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TestDeadline.Ample;
        while (TimeProvider.System.GetUtcNow() < deadline && !history.Rows("SELECT user_id, requests FROM user_totals ORDER BY user_id").SequenceEqual(requests))
        {
            history.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(requests, history.Rows("SELECT user_id, requests FROM user_totals ORDER BY user_id"));
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(History history, string path, string cookie)
    {
        using var answer = await history.Receiver.Client.FetchAsync(path, cookie);
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Confirms as a browser does: with the antiforgery token of a page of the same session.</summary>
    private static async Task<HttpStatusCode> PostAsync(History history, string path, string cookie)
    {
        var (_, page) = await GetAsync(history, Page, cookie);
        var token = page.Split($"name=\"{Principal.AntiforgeryField}\" value=\"")[1].Split('"')[0];
        using var answer = await history.Receiver.Client.PostFormAsync(path, [new(Principal.AntiforgeryField, token), new("back", Page)], cookie);
        return answer.StatusCode;
    }
}
