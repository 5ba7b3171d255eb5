using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Platform.Auth.Admin;

public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_RightToken_SetsAnOpaqueCookieAndLeadsOn()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var response = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken), new("next", "/docs/")]);

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/docs/", response.Headers.Location!.OriginalString);
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(RunningReceiver.AdminToken, cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_CookieSecure_MarksTheCookie()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("COOKIE_SECURE", "1"));

        using var response = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);

        Assert.Contains("secure", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("/\t/elsewhere.example")]
    [InlineData("admin")]
    public void LocalPath_LeadingElsewhere_BecomesTheHomePage(string next) => Assert.Equal("/admin/", SignInEndpoint.LocalPath(next));

    [Fact]
    public async Task SignIn_WrongToken_Is401WithThePageAgain()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var response = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")]);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("name=\"token\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task SignIn_TooManyWrongTokens_EvenTheRightOneWaits()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time, ("SIGN_IN_ATTEMPTS", "3"));
        for (var i = 0; i < 3; i++)
        {
            using var wrong = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")]);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var early = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);
        using var bearer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);
        time.Advance(early.Headers.RetryAfter!.Delta!.Value);
        using var later = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);

        Assert.Equal(HttpStatusCode.TooManyRequests, early.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, bearer.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, later.StatusCode);
    }

    [Theory]
    [InlineData("/report")]
    [InlineData("/token")]
    [InlineData("/register-key")]
    [InlineData("/quota/readings")]
    [InlineData("/v1/logs")]
    public async Task SignIn_AfterTokensOfUsersFromTheSameAddress_IsNotMadeToWait(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime(), ("SIGN_IN_ATTEMPTS", "3"));
        for (var i = 0; i < 6; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", "atok_of_somebody");
            using var response = await receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        using var bearer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);

        Assert.Equal(HttpStatusCode.OK, bearer.StatusCode);
    }

    [Fact]
    public async Task Session_Sliding_EndsTwelveHoursAfterItsLastUse()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time);
        var cookie = await receiver.SignInAsync();

        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromHours(11));
            using var used = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        }

        time.Advance(AdminSessions.Lifetime + TimeSpan.FromMinutes(1));
        using var ended = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
    }

    [Fact]
    public async Task Session_StoredHashed_NeitherCookieNorTokenIsInTheDatabase()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var cookie = (await receiver.SignInAsync()).Split('=', 2)[1];

        await using var connection = new SqliteConnection($"Data Source={receiver.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT hex(session_hash) || hex(token_mark) || role FROM admin_sessions";
        var row = (string)command.ExecuteScalar()!;

        Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(cookie)), row, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(RunningReceiver.AdminToken)), row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logout_ByPostWithTheToken_EndsTheSession()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var cookie = await receiver.SignInAsync();
        var session = await receiver.Service<AdminSessions>().FindAsync(cookie.Split('=', 2)[1], TestContext.Current.CancellationToken);

        using var byGet = await receiver.Client.FetchAsync("/admin/logout", cookie);
        using var withoutToken = await receiver.Client.PostFormAsync("/admin/logout", [], cookie);
        using var fromElsewhere = await receiver.Client.PostFormAsync("/admin/logout", [new("antiforgery", session!.Antiforgery)], cookie, null, ("Origin", "https://elsewhere.example"));
        using var before = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
        using var logout = await receiver.Client.PostFormAsync("/admin/logout", [new("antiforgery", session.Antiforgery)], cookie);
        using var after = await receiver.Client.FetchAsync("/docs/v1.json", cookie);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, byGet.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, withoutToken.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, fromElsewhere.StatusCode);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, logout.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Gate_NobodySignedIn_SendsBrowsersToThePageAndTellsProgramsWhy()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var browser = await receiver.Client.FetchAsync("/docs/?q=1", accept: "text/html");
        using var program = await receiver.Client.FetchAsync("/docs/");

        Assert.Equal("/admin/login?next=%2Fdocs%2F%3Fq%3D1", browser.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Unauthorized, program.StatusCode);
        Assert.Equal("application/problem+json", program.Content.Headers.ContentType!.MediaType);
        Assert.Equal("token-invalid", program.Headers.GetValues("X-CCFLUX-Error").Single());
    }

    [Fact]
    public async Task Gate_NoAdminToken_Answers503ButForHealthAndMetrics()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("ADMIN_TOKEN", null), ("VIEWER_TOKEN", null));

        foreach (var path in new[] { "/admin/", "/admin/login", "/docs/", "/docs/v1.json", "/events?topics=usage", "/api/v1/anything" })
        {
            using var answer = await receiver.Client.FetchAsync(path);
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable), (path, answer.StatusCode));
        }

        using var page = await receiver.Client.FetchAsync("/admin/", accept: "text/html");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        using var health = await receiver.Client.FetchAsync("/health");
        using var metrics = await receiver.Client.FetchAsync("/metrics");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, metrics.StatusCode));
    }

    [Fact]
    public async Task Audit_SignIn_IsWritten()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        await receiver.SignInAsync(RunningReceiver.ViewerToken);

        var line = (await receiver.Service<AuditLog>().ReadAsync(10, long.MaxValue, TestContext.Current.CancellationToken)).Single();

        Assert.Equal(("viewer", "sign-in", "127.0.0.1"), (line.Actor, line.Action, line.Address));
    }

    [Fact]
    public async Task NewAdminToken_EndsAdminSessions()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var cookie = (await receiver.SignInAsync()).Split('=', 2)[1];

        var renewed = new AdminSessions(
            receiver.Service<Ccflux.Storage.Writing.GroupCommitWriter>(),
            receiver.Service<Ccflux.Storage.Sqlite.SqliteReaders>(),
            new AdminOptions { AdminToken = "another-token" },
            TimeProvider.System);

        Assert.Null(await renewed.FindAsync(cookie, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Problem_OfAProgram_IsProblemDetails()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/nowhere", bearer: RunningReceiver.ViewerToken);

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(404, body.RootElement.GetProperty("status").GetInt32());
    }
}
