using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Platform.Auth;
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

    [Theory]
    [InlineData("COOKIE_SECURE", "1", "127.0.0.1", null, true)]
    [InlineData("COOKIE_SECURE", "0", "127.0.0.1", "https", false)]
    [InlineData("TRUSTED_PROXIES", "127.0.0.1", "127.0.0.1", "https", true)]
    [InlineData("TRUSTED_PROXIES", "127.0.0.1", "127.0.0.1", "http", false)]
    [InlineData("TRUSTED_PROXIES", null, "127.0.0.1", "https", false)]
    [InlineData("BASE_URL", "https://ccflux.example.org", "ccflux.example.org", null, true)]
    [InlineData("BASE_URL", "https://ccflux.example.org", "127.0.0.1", null, false)]
    [InlineData("BASE_URL", "http://ccflux.example.org", "ccflux.example.org", null, false)]
    public async Task SignIn_OverHttps_SetsACookieThatOnlyThisHostCanSetAndOnlyHttpsCarries(string setting, string? value, string host, string? forwarded, bool secure)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, (setting, value));
        (string, string)[] headers = forwarded is null ? [("Host", host)] : [("Host", host), ("X-Forwarded-Proto", forwarded), ("X-Forwarded-For", "203.0.113.9")];

        using var response = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)], null, null, headers);
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        using var plain = await receiver.Client.PostFormAsync("/admin/logout", [], cookie.Split(';')[0].Replace("__Host-", "", StringComparison.Ordinal), null, headers);

        Assert.Equal(secure, cookie.StartsWith("__Host-ccflux_admin=", StringComparison.Ordinal));
        Assert.Equal(secure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        // The same value under the plain name is not a session over HTTPS; over HTTP it is one, and its form lacks a token.
        Assert.Equal(secure ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, plain.StatusCode);
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
    public async Task SignIn_TooManyWrongTokens_WrongOnesWaitAndTheRightOneDoesNot()
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime(), ("SIGN_IN_ATTEMPTS", "3"));
        for (var i = 0; i < 3; i++)
        {
            using var wrong = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")]);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var again = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")]);
        using var wrongBearer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: "wrong");
        using var right = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);
        using var bearer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests), (again.StatusCode, wrongBearer.StatusCode));
        Assert.NotNull(again.Headers.RetryAfter);
        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.OK), (right.StatusCode, bearer.StatusCode));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/metrics")]
    [InlineData("/admin/login")]
    [InlineData("/favicon.ico")]
    [InlineData("/events?topics=usage")]
    public async Task Bearer_OfAMonitor_WhereNoneIsRequired_IsNoWrongTry(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime(), ("SIGN_IN_ATTEMPTS", "2"));
        for (var i = 0; i < 5; i++)
        {
            using var open = await receiver.Client.FetchAsync(path, bearer: "the-monitor's-own");
        }

        using var first = await receiver.Client.FetchAsync("/docs/v1.json", bearer: "wrong");

        Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
    }

    [Fact]
    public async Task Pages_AllowanceUsedUpByAViewerAndAStranger_LeavesTheAdminTheirs()
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime(), ("ADMIN_RATE_LIMIT_PER_MINUTE", "3"), ("SIGN_IN_ATTEMPTS", "1000"));
        for (var i = 0; i < 4; i++)
        {
            using var viewer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.ViewerToken);
            using var stranger = await receiver.Client.FetchAsync("/docs/v1.json", bearer: "wrong");
        }

        using var admin = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.AdminToken);

        Assert.Equal(HttpStatusCode.OK, admin.StatusCode);
    }

    [Fact]
    public async Task Sessions_OpenedByAViewerOverAndOver_LeaveTheAdminsAlone()
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime());
        var cookie = await receiver.SignInAsync();
        var sessions = receiver.Service<AdminSessions>();
        foreach (var some in Enumerable.Range(0, AdminSessions.Capacity + 10).Chunk(50))
        {
            await Task.WhenAll(some.Select(_ => sessions.OpenAsync(AdminRole.Viewer, Actor.BreakGlass("viewer", "10.0.0.1"))));
        }

        var (admins, viewers) = await sessions.CountAsync(TestContext.Current.CancellationToken);
        using var admin = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
        var lines = await receiver.Service<AuditLog>().ReadAsync(10, long.MaxValue, TestContext.Current.CancellationToken);

        Assert.Equal((1L, (long)AdminSessions.Capacity), (admins, viewers));
        Assert.Equal(HttpStatusCode.OK, admin.StatusCode);
        Assert.Equal([("viewer", $"{AdminSessions.Capacity + 10} times within the hour"), ("admin", "")], lines.Select(line => (line.Actor, line.Detail)));
    }

    [Fact]
    public async Task SignIn_RightTokenTooOften_Waits()
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime());
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            using var viewer = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.ViewerToken)]);
            statuses.Add(viewer.StatusCode);
        }

        using var admin = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);

        Assert.Equal((30, 10), (statuses.Count(status => status == HttpStatusCode.SeeOther), statuses.Count(status => status == HttpStatusCode.TooManyRequests)));
        Assert.Equal(HttpStatusCode.SeeOther, admin.StatusCode);
    }

    [Theory]
    [InlineData("/admin/ü", "/admin/%C3%BC")]
    [InlineData("/admin/%C3%BC?q=a%20b", "/admin/%C3%BC?q=a%20b")]
    [InlineData("/admin/\ud83d\ude00", "/admin/%F0%9F%98%80")]
    public async Task SignIn_NextBeyondAscii_IsEscaped(string next, string expected)
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var signedIn = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken), new("next", next)]);
        using var page = await receiver.Client.FetchAsync("/admin/login?next=" + Uri.EscapeDataString(next), bearer: RunningReceiver.AdminToken);

        Assert.Equal((HttpStatusCode.SeeOther, expected), (signedIn.StatusCode, signedIn.Headers.Location!.OriginalString));
        Assert.Equal((HttpStatusCode.SeeOther, expected), (page.StatusCode, page.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task SignIn_AgainFromTheSameBrowser_EndsItsFirstSession()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var first = await receiver.SignInAsync();

        using var again = await receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)], first);
        using var withFirst = await receiver.Client.FetchAsync("/docs/v1.json", first);

        Assert.Equal(HttpStatusCode.Unauthorized, withFirst.StatusCode);
        Assert.Single(await receiver.Service<AdminSessions>().ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Session_UsedAllTheTime_EndsAfterSevenDays()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time);
        var cookie = await receiver.SignInAsync();
        for (var hours = 0; hours < 7 * 24; hours += 8)
        {
            using var used = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
            time.Leap(TimeSpan.FromHours(8));
        }

        time.Leap(TimeSpan.FromMinutes(1));
        using var ended = await receiver.Client.FetchAsync("/docs/v1.json", cookie);

        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
    }

    [Fact]
    public async Task Session_EndedById_IsOver()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var cookie = await receiver.SignInAsync();
        var sessions = receiver.Service<AdminSessions>();
        var open = Assert.Single(await sessions.ListAsync(TestContext.Current.CancellationToken));

        var ended = await sessions.EndByIdAsync(open.Id, Actor.Cli);
        var again = await sessions.EndByIdAsync(open.Id, Actor.Cli);
        using var answer = await receiver.Client.FetchAsync("/docs/v1.json", cookie);

        Assert.Equal((true, false, HttpStatusCode.Unauthorized), (ended, again, answer.StatusCode));
    }

    [Fact]
    public async Task Audit_WrongTokensAndSigningOut_AreCountedOnALineAnHour()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time, ("SIGN_IN_ATTEMPTS", "5"));
        for (var i = 0; i < 9; i++)
        {
            using var wrong = await receiver.Client.PostFormAsync("/admin/login", [new("token", "wrong")]);
        }

        var cookie = await receiver.SignInAsync();
        var session = await receiver.Service<AdminSessions>().FindAsync(cookie.Split('=', 2)[1], TestContext.Current.CancellationToken);
        using var logout = await receiver.Client.PostFormAsync("/admin/logout", [new("antiforgery", session!.Antiforgery)], cookie);
        var lines = await receiver.Service<AuditLog>().ReadAsync(10, long.MaxValue, TestContext.Current.CancellationToken);

        Assert.Equal(
            [("sign-out", "admin", ""), ("sign-in", "admin", ""), ("sign-in.refused", "anonymous", "5 times within the hour")],
            lines.Select(line => (line.Action, line.Actor, line.Detail)));
    }

    [Fact]
    public async Task Audit_WrongTokensFromEverywhere_StayWithinTheirLines()
    {
        var time = new ManualTime();
        await using var receiver = await RunningReceiver.StartAsync(time);
        var audit = receiver.Service<SignInAudit>();
        for (var i = 0; i < SignInAudit.MaxAddresses + 20; i++)
        {
            await audit.RefusedAsync(Actor.Anonymous($"10.0.0.{i}"));
        }

        var lines = await receiver.Service<AuditLog>().ReadAsync(500, long.MaxValue, TestContext.Current.CancellationToken);

        Assert.True(lines.Count <= SignInAudit.MaxAddresses + 1, $"{lines.Count} lines");
        Assert.Contains(lines, line => line.Address == "other addresses");
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
            time.Leap(TimeSpan.FromHours(11));
            using var used = await receiver.Client.FetchAsync("/docs/v1.json", cookie);
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        }

        time.Leap(AdminSessions.Lifetime + TimeSpan.FromMinutes(1));
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

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    public async Task Logout_OverHttps_ClearsThePagesThatTheBrowserKeeps(string secure, bool cleared)
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("COOKIE_SECURE", secure));
        var cookie = await receiver.SignInAsync();
        var session = await receiver.Service<AdminSessions>().FindAsync(cookie.Split('=', 2)[1], TestContext.Current.CancellationToken);

        using var logout = await receiver.Client.PostFormAsync("/admin/logout", [new("antiforgery", session!.Antiforgery)], cookie);

        Assert.Equal(HttpStatusCode.SeeOther, logout.StatusCode);
        Assert.Equal(cleared, logout.Headers.TryGetValues("Clear-Site-Data", out var values) && values.Single() == "\"cache\"");
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
            receiver.Service<Ccflux.Storage.Reading.ReadSessions>(),
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
