using Ccflux.Contracts.Usage;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The fleet page, its forms and its API over a vault with real logins of the simulator.</summary>
public sealed partial class FleetPageTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accounts_StandInTheOrderOfUseAndSayHowTheyStand()
    {
        await using var rig = await FleetRig.StartAsync(5);
        var ids = new List<FleetAccountId>();
        for (var number = 1; number <= 5; number++)
        {
            ids.Add(await rig.ImportAsync(number, lifetime: number == 2 ? TimeSpan.FromMinutes(30) : null));
        }

        // The second resets sooner than the first; the third is used up; the fourth is cooling down; nothing is known about the fifth.
        Read(rig, 1, "seven_day", 40, 72);
        Read(rig, 2, "seven_day", 20, 48);
        Read(rig, 3, "seven_day", 100, 24);
        Read(rig, 4, "seven_day", 10, 96);
        Read(rig, 4, "five_hour", 85, 2);
        var agent = await rig.EnrolAsync("build-1", [.. ids]);
        rig.Execute($"UPDATE fleet_agents SET account_id = {ids[0]}, last_seen_at = {Now(rig)}, has_sessions = 1");

        // A login without a session on it is not in use.
        Assert.Equal([("seat 2", 1, "ready", "expiring"), ("seat 1", 2, "ready", "ok"), ("seat 4", 3, "cooling", "ok"), ("seat 5", 4, "ready", "ok"), ("seat 3", 5, "exhausted", "ok")], await RowsAsync());
        Assert.Equal(JsonValueKind.Null, (await GetAsync(rig, "/api/status")).GetProperty("active_account").ValueKind);
        Assert.DoesNotContain("used by most sessions now", await PageAsync(rig), StringComparison.Ordinal);

        rig.Receiver.Service<LiveSessions>().Restore(
            [new ObservedConfigDir(agent.Id, "build-1", rig.Time.GetUtcNow(), Presence.Live, null, [new LiveSession { SessionId = "s1", State = SessionState.Idle, Since = rig.Time.GetUtcNow() }])]);
        Assert.Equal([("seat 1", 1, "active", "ok"), ("seat 2", 2, "ready", "expiring"), ("seat 4", 3, "cooling", "ok"), ("seat 5", 4, "ready", "ok"), ("seat 3", 5, "exhausted", "ok")], await RowsAsync());

        var status = await GetAsync(rig, "/api/status");
        Assert.Equal("seat 1", status.GetProperty("active_account").GetString());
        var week = status.GetProperty("accounts")[1].GetProperty("usage").GetProperty("seven_day");
        Assert.Equal((20, 48 * 3600), (week.GetProperty("utilization").GetDouble(), week.GetProperty("resets_in_seconds").GetInt64()));

        var html = await PageAsync(rig);
        Assert.Equal(["seat 1", "seat 2", "seat 4", "seat 5", "seat 3"], AccountNames().Matches(html).Select(match => match.Groups["name"].Value));
        Assert.Equal(2, html.Split("used by most sessions now").Length);
        Assert.Contains("Cooling to 60 %", html, StringComparison.Ordinal);
        Assert.Contains("fleet quota monitor", html, StringComparison.Ordinal);

        // Used up, it is still where the sessions are, and is listed last; the next one is never one that is used up.
        Read(rig, 1, "seven_day", 100, 72);
        Assert.Equal([("seat 2", 1, "ready", "expiring"), ("seat 4", 2, "cooling", "ok"), ("seat 5", 3, "ready", "ok"), ("seat 3", 4, "exhausted", "ok"), ("seat 1", 5, "exhausted", "ok")], await RowsAsync());
        agent.Dispose();

        async Task<List<(string?, int, string?, string?)>> RowsAsync() =>
            [.. (await GetAsync(rig, "/api/v1/fleet/accounts")).GetProperty("rows").EnumerateArray()
                .Select(row => (row.GetProperty("account").GetString(), row.GetProperty("place").GetInt32(), row.GetProperty("status").GetString(), row.GetProperty("token").GetString()))];
    }

    [Fact]
    public async Task Export_HasNoFingerprintAndNoForm()
    {
        await using var rig = await FleetRig.StartAsync(1);
        var id = await rig.ImportAsync(1);
        var fingerprint = (await rig.FactsAsync(id)).Fingerprint;

        Assert.Contains($"{fingerprint[..6]}·{fingerprint[6..]}", await PageAsync(rig), StringComparison.Ordinal);

        var export = await PageAsync(rig, "?export=1");
        foreach (var part in new[] { fingerprint, fingerprint[..6], fingerprint[6..], "<form", "<input", rig.Issuer.Accounts[0].AccessToken, rig.Issuer.Accounts[0].RefreshToken, RunningReceiver.AdminToken })
        {
            Assert.DoesNotContain(part, export, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Forms_NeedTheAdminAndTheSessionsOwnToken()
    {
        await using var rig = await FleetRig.StartAsync(1);
        var id = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1");
        var viewer = await rig.Receiver.SignInAsync(RunningReceiver.ViewerToken);
        var admin = await rig.Receiver.SignInAsync();
        string[] forms =
        [
            "/import", $"/accounts/{id}/edit", $"/accounts/{id}/remove", "/enrol", $"/agents/{agent.Id}/grants", $"/agents/{agent.Id}/switch", $"/agents/{agent.Id}/release", $"/agents/{agent.Id}/revoke", "/pin", "/unpin", "/pause", "/resume", "/poll",
        ];

        foreach (var form in forms)
        {
            using var byViewer = await rig.Receiver.Client.PostFormAsync("/admin/fleet" + form, [], viewer);
            using var withoutToken = await rig.Receiver.Client.PostFormAsync("/admin/fleet" + form, [], admin);
            using var byNobody = await rig.Receiver.Client.PostFormAsync("/admin/fleet" + form, []);
            Assert.True(byViewer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, form);
            Assert.True(withoutToken.StatusCode == HttpStatusCode.BadRequest, form);
            Assert.True(byNobody.StatusCode == HttpStatusCode.Unauthorized, form);
        }

        using var asked = await rig.Receiver.Client.FetchAsync("/admin/fleet/import", viewer, accept: "text/html");
        Assert.Equal(HttpStatusCode.Forbidden, asked.StatusCode);
        Assert.Equal(1, (await GetAsync(rig, "/api/v1/fleet/accounts")).GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task Import_ByPaste_KeepsTheLoginAndShowsItNowhere()
    {
        await using var rig = await FleetRig.StartAsync(2);
        var login = $$"""{"claudeAiOauth":{{rig.LoginOf(1, TimeSpan.FromHours(8))}}}""";

        var broken = await PostAsync(rig, "/import", HttpStatusCode.UnprocessableEntity, ("label", "data"), ("credential", login[..^9]));
        Assert.Contains("Import login", broken, StringComparison.Ordinal);
        var unnamed = await PostAsync(rig, "/import", HttpStatusCode.UnprocessableEntity, ("label", ""), ("credential", login), ("vault_only", "1"));
        Assert.Contains("label: 1 to 64 characters", unnamed, StringComparison.Ordinal);
        await PostAsync(rig, "/import", HttpStatusCode.SeeOther, ("label", "data"), ("credential", login), ("vault_only", "1"));

        var row = (await GetAsync(rig, "/api/v1/fleet/accounts")).GetProperty("rows")[0];
        Assert.Equal(("data", "the vault", "login"), (row.GetProperty("account").GetString(), row.GetProperty("held_by").GetString(), row.GetProperty("refreshed_by").GetString()));
        var page = await PageAsync(rig);
        foreach (var secret in new[] { rig.Issuer.Accounts[0].AccessToken, rig.Issuer.Accounts[0].RefreshToken })
        {
            foreach (var text in new[] { broken, unnamed, page, (await GetAsync(rig, "/api/v1/fleet/events")).ToString(), string.Join('\n', rig.Receiver.LogLines) })
            {
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Account_IsEditedAndRemoved()
    {
        await using var rig = await FleetRig.StartAsync(1);
        var id = await rig.ImportAsync(1);
        (string, string)[] details = [("label", "platform"), ("email", "p@example.org"), ("plan", "max"), ("next_charge", "2026-12-02"), ("five_hour_ceiling", "70"), ("seven_day_ceiling", "")];

        Assert.Contains("whole percentages", await PostAsync(rig, $"/accounts/{id}/edit", HttpStatusCode.UnprocessableEntity, [.. details[..4], ("five_hour_ceiling", "170")]), StringComparison.Ordinal);
        Assert.Contains("next_charge", await PostAsync(rig, $"/accounts/{id}/edit", HttpStatusCode.UnprocessableEntity, [.. details[..3], ("next_charge", "soon")]), StringComparison.Ordinal);
        await PostAsync(rig, $"/accounts/{id}/edit", HttpStatusCode.SeeOther, details);

        var row = (await GetAsync(rig, "/api/v1/fleet/accounts")).GetProperty("rows")[0];
        Assert.Equal(("platform", "2026-12-02", 70), (row.GetProperty("account").GetString(), row.GetProperty("next_charge").GetString(), row.GetProperty("five_hour_ceiling").GetInt32()));
        Assert.Contains("2 Dec", await PageAsync(rig), StringComparison.Ordinal);

        await PostAsync(rig, $"/accounts/{id}/remove", HttpStatusCode.SeeOther);
        await PostAsync(rig, $"/accounts/{id}/remove", HttpStatusCode.NotFound);
        Assert.Contains("The vault is empty", await PageAsync(rig), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_IsEnrolledByTheCodeOfThePageGrantedAndRevoked()
    {
        await using var rig = await FleetRig.StartAsync(2);
        var first = await rig.ImportAsync(1);
        var second = await rig.ImportAsync(2);

        var code = CodeOnPage().Match(await PostAsync(rig, "/enrol", HttpStatusCode.OK, ("machine", "build-7"))).Groups["code"].Value;
        using var agent = new SimulatedAgent(rig.Receiver.Address, "build-7", rig.Time);
        await agent.EnrolAsync(code);
        Assert.DoesNotContain(code, await PageAsync(rig), StringComparison.Ordinal);

        await PostAsync(rig, $"/agents/{agent.Id}/grants", HttpStatusCode.SeeOther, ("account", Id(first)), ("account", Id(second)));
        Assert.Equal("seat 1; seat 2", await GrantedAsync(rig));
        await PostAsync(rig, $"/agents/{agent.Id}/grants", HttpStatusCode.SeeOther, ("account", Id(second)));
        Assert.Equal("seat 2", await GrantedAsync(rig));

        Assert.Contains("not granted", await PostAsync(rig, $"/agents/{agent.Id}/switch", HttpStatusCode.UnprocessableEntity, ("account", Id(first))), StringComparison.Ordinal);
        await PostAsync(rig, $"/agents/{agent.Id}/switch", HttpStatusCode.SeeOther, ("account", Id(second)));

        await PostAsync(rig, $"/agents/{agent.Id}/revoke", HttpStatusCode.SeeOther);
        await PostAsync(rig, $"/agents/{agent.Id}/revoke", HttpStatusCode.NotFound);
        Assert.Equal("revoked", (await GetAsync(rig, "/api/v1/fleet/agents")).GetProperty("rows")[0].GetProperty("state").GetString());
        var kinds = (await GetAsync(rig, "/api/v1/fleet/events?kind=agents")).GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("kind").GetString()).Where(kind => kind is not "seal").ToList();
        Assert.Equal(["revoke", "grant", "grant", "grant", "enrol", "code"], kinds);
    }

    [Fact]
    public async Task Pins_AndThePause_AreKeptShownAndWrittenDown()
    {
        await using var rig = await FleetRig.StartAsync(1);
        var id = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", id);

        await PostAsync(rig, "/pin", HttpStatusCode.SeeOther, ("account", Id(id)), ("place", "fleet "), ("mode", "soft"));
        await PostAsync(rig, "/pin", HttpStatusCode.SeeOther, ("account", Id(id)), ("place", $"config_dir {agent.Id}"), ("mode", "strict"));
        foreach (var (account, place, mode) in new[] { ("99", "fleet ", "soft"), (Id(id), "config_dir nobody", "soft"), (Id(id), "planet ", "soft"), (Id(id), "fleet ", "hard"), (Id(id), "machine ", "soft"), ("", "", "") })
        {
            await PostAsync(rig, "/pin", HttpStatusCode.UnprocessableEntity, ("account", account), ("place", place), ("mode", mode));
        }

        var pins = (await GetAsync(rig, "/api/v1/fleet/pins")).GetProperty("rows").EnumerateArray().Select(row => (row.GetProperty("scope").GetString(), row.GetProperty("mode").GetString())).ToList();
        Assert.Equal([("config_dir", "strict"), ("fleet", "soft")], pins);

        await PostAsync(rig, "/unpin", HttpStatusCode.SeeOther, ("scope", "fleet"), ("target", ""));
        await PostAsync(rig, "/unpin", HttpStatusCode.NotFound, ("scope", "fleet"), ("target", ""));
        await PostAsync(rig, "/pause", HttpStatusCode.SeeOther);
        Assert.Contains("Rotation is paused", await PageAsync(rig), StringComparison.Ordinal);
        await PostAsync(rig, "/resume", HttpStatusCode.SeeOther);
        Assert.DoesNotContain("Rotation is paused", await PageAsync(rig), StringComparison.Ordinal);

        var kinds = (await GetAsync(rig, "/api/v1/fleet/events?kind=switches")).GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("kind").GetString());
        Assert.Equal(["rotation_resumed", "rotation_paused", "unpinned", "pinned", "pinned"], kinds);
    }

    [Fact]
    public async Task SwitchByHand_IsAskedForShownAndReleased()
    {
        await using var rig = await FleetRig.StartAsync(2);
        FleetAccountId[] ids = [await rig.ImportAsync(1), await rig.ImportAsync(2)];
        using var agent = await rig.EnrolAsync("build-1", ids);
        await BeatAsync(agent);

        await PostAsync(rig, $"/agents/{agent.Id}/switch", HttpStatusCode.SeeOther, ("account", Id(ids[1])));
        Assert.Equal("seat 2", await RequestedAsync(rig));
        Assert.Contains("seat 2 requested", await PageAsync(rig), StringComparison.Ordinal);

        await PostAsync(rig, $"/agents/{agent.Id}/release", HttpStatusCode.SeeOther);
        Assert.Null(await RequestedAsync(rig));
        Assert.DoesNotContain("requested</span>", await PageAsync(rig), StringComparison.Ordinal);
        await PostAsync(rig, "/agents/nobody/release", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task LastDecision_IsShownWithWhatComesNextAndItsFigures()
    {
        await using var rig = await FleetRig.StartAsync(3);
        FleetAccountId[] ids = [await rig.ImportAsync(1), await rig.ImportAsync(2), await rig.ImportAsync(3)];

        // The second would be next in the order, but its five hours are at the ceiling.
        Read(rig, 1, "seven_day", 40, 24);
        Read(rig, 2, "seven_day", 20, 48);
        Read(rig, 2, "five_hour", 85, 2);
        Read(rig, 3, "seven_day", 20, 96);
        using var agent = await rig.EnrolAsync("build-1", ids);
        await BeatAsync(agent);
        Assert.Contains("Rotation has not run yet", await PageAsync(rig), StringComparison.Ordinal);

        await rig.Receiver.Service<RotationEngine>().TickAsync(Cancellation);

        var row = (await GetAsync(rig, "/api/v1/fleet/decisions")).GetProperty("rows")[0];
        Assert.Equal(("switch", "first_choice", "seat 1", "seat 3"), (Text(row, "verdict"), Text(row, "reason"), Text(row, "to_account"), Text(row, "next_account")));
        Assert.Equal(40, row.GetProperty("next_seven_day_percent").GetDouble());
        var html = await PageAsync(rig);
        Assert.Contains("Switched to seat 1", html, StringComparison.Ordinal);
        Assert.Contains("<dt>Next in line</dt><dd>seat 3</dd>", html, StringComparison.Ordinal);
        Assert.Contains("it had no account of the vault", html, StringComparison.Ordinal);
        Assert.Contains("7d 40\u00A0%, 5h unknown", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_IsTheUsersWhoReportedItElseWhoseMachineItIs()
    {
        await using var rig = await FleetRig.StartAsync(1);
        using var agent = await rig.EnrolAsync("Build-1");
        await BeatAsync(agent);
        Assert.Null(await UserAsync(rig));

        rig.Execute("""
            INSERT INTO users (user_id, email, created_at) VALUES (1, 'ada@example.org', 0), (2, 'bob@example.org', 0);
            INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) VALUES (2, 'b', 'build-1', 0, 0), (2, 'c', 'build-1', 0, 0);
            """);
        Assert.Equal("bob@example.org", await UserAsync(rig));
        rig.Execute("INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) VALUES (1, 'a', 'BUILD-1', 0, 0)");
        Assert.Null(await UserAsync(rig));

        var session = Text((await GetAsync(rig, "/api/v1/fleet/sessions")).GetProperty("rows")[0], "session");
        Report(1);
        Assert.Equal("ada@example.org", await UserAsync(rig));
        Assert.Contains("title=\"ada@example.org\"", await PageAsync(rig), StringComparison.Ordinal);
        Report(2);
        Assert.Null(await UserAsync(rig));

        void Report(int user) => rig.Execute(
            $"""
            INSERT INTO sessions (user_id, session_key, session_id, reported_at, first_at, last_at, facts, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
            VALUES ({user}, {LedgerKey.OfSession(session!)}, '{session}', {Now(rig)}, {Now(rig)}, {Now(rig)}, 1, 0, 0, 0, 0, 0)
            """);
    }

    [Fact]
    public async Task EventLog_HasPartsAndPages()
    {
        await using var rig = await FleetRig.StartAsync(1);
        await rig.ImportAsync(1);
        for (var index = 0; index < 120; index++)
        {
            rig.Execute($"INSERT INTO fleet_audit (at, actor, action, outcome) VALUES ({Now(rig) + index}, 'agent', 'authenticate', 'signature-invalid')");
        }

        rig.Execute($$$"""INSERT INTO fleet_events (at, kind, to_account, reason, figures) VALUES ({{{Now(rig) + 500}}}, 'velocity_preemptive_switch', 1, 'window=5h', '{"from":{"five_hour":78.5,"five_hour_per_minute":0.8} }')""");

        rig.Execute($$$"""INSERT INTO fleet_events (at, kind, to_account, reason, figures) VALUES ({{{Now(rig) + 400}}}, 'pinned', 1, 'fleet soft', '{"by":"<i>admin"}')""");

        var pages = await Task.WhenAll(Enumerable.Range(1, 4).Select(page => CountAsync(rig, $"page={page}")));
        Assert.Equal([50, 50, 23, 0], pages);
        Assert.Equal((2, 1, 120), (await CountAsync(rig, "kind=switches"), await CountAsync(rig, "kind=tokens"), await CountAsync(rig, "kind=refused") + await CountAsync(rig, "kind=refused&page=2") + await CountAsync(rig, "kind=refused&page=3")));
        var switches = await PageAsync(rig, "?log=switches");
        Assert.Contains("Switched early", switches, StringComparison.Ordinal);
        Assert.Contains("velocity_preemptive_switch window=5h", switches, StringComparison.Ordinal);
        Assert.Contains("the 5-hour window is about to reach its ceiling, it had 7d unknown, 5h 78.5\u00A0% rising 0.8\u00A0pt/min", switches, StringComparison.Ordinal);
        Assert.Contains("seat 1, by <i>admin", switches, StringComparison.Ordinal);
        Assert.Contains("log.page=2", await PageAsync(rig, "?log=refused"), StringComparison.Ordinal);
        foreach (var query in new[] { "kind=nothing", "page=0", "page=x", "format=xml" })
        {
            using var answer = await rig.Receiver.Client.FetchAsync("/api/v1/fleet/events?" + query, bearer: RunningReceiver.ViewerToken);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, query);
        }

        Assert.Contains("Event log", await PageAsync(rig, "?log=nothing&log.page=x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_AreCsvToo()
    {
        await using var rig = await FleetRig.StartAsync(1);
        await rig.ImportAsync(1);
        foreach (var table in new[] { "accounts", "agents", "sessions", "decisions", "pins", "events", "monitors", "network", "codebase" })
        {
            using var answer = await rig.Receiver.Client.FetchAsync($"/api/v1/fleet/{table}?format=csv", bearer: RunningReceiver.ViewerToken);
            Assert.Equal(("text/csv", HttpStatusCode.OK), (answer.Content.Headers.ContentType!.MediaType, answer.StatusCode));
        }

        using var refused = await rig.Receiver.Client.FetchAsync("/api/v1/fleet/accounts");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Fleet_WhenOff_HasNoPageAndNoApi()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        foreach (var path in new[] { "/admin/fleet", "/api/v1/fleet/accounts", "/api/status" })
        {
            using var answer = await receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, path);
        }
    }

    /// <summary>What a poll would have read.</summary>
    private static void Read(FleetRig rig, int number, string window, int percent, int resetsInHours)
    {
        var account = rig.Issuer.Accounts[number - 1];
        var key = AccountKey.Of(account.Id, account.OrganizationId);
        rig.Execute($"""
            INSERT INTO quota_accounts (account_key, owner, source, created_at) VALUES ('{key}', 0, 'oauth', 0) ON CONFLICT DO NOTHING;
            INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source)
            SELECT account_id, '{window}', {percent * 1000}, {Now(rig) + (resetsInHours * 3_600_000L)}, {Now(rig)}, 'oauth' FROM quota_accounts WHERE account_key = '{key}'
            ON CONFLICT (account_id, name) DO UPDATE SET used_milli = excluded.used_milli, resets_at = excluded.resets_at, observed_at = excluded.observed_at;
            """);
    }

    private static long Now(FleetRig rig) => rig.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Id(FleetAccountId id) => id.ToString();

    /// <summary>Over HTTP, so that its session is alive.</summary>
    private static async Task BeatAsync(SimulatedAgent agent)
    {
        using var answer = await agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(agent.Heartbeat(), FleetJson.Default.Heartbeat));
        answer.EnsureSuccessStatusCode();
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static async Task<string?> RequestedAsync(FleetRig rig) => Text((await GetAsync(rig, "/api/v1/fleet/agents")).GetProperty("rows")[0], "requested_account");

    private static async Task<string?> UserAsync(FleetRig rig) => Text((await GetAsync(rig, "/api/v1/fleet/sessions")).GetProperty("rows")[0], "user");

    private static async Task<string?> GrantedAsync(FleetRig rig) => (await GetAsync(rig, "/api/v1/fleet/agents")).GetProperty("rows")[0].GetProperty("granted").GetString();

    private static async Task<int> CountAsync(FleetRig rig, string query) => (await GetAsync(rig, "/api/v1/fleet/events?" + query)).GetProperty("rows").GetArrayLength();

    private static async Task<JsonElement> GetAsync(FleetRig rig, string path)
    {
        using var answer = await rig.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.Clone();
    }

    private static async Task<string> PageAsync(FleetRig rig, string query = "")
    {
        using var answer = await rig.Receiver.Client.FetchAsync("/admin/fleet" + query, bearer: RunningReceiver.AdminToken);
        answer.EnsureSuccessStatusCode();
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Posts like the admin's program: a bearer token needs no form token.</summary>
    private static async Task<string> PostAsync(FleetRig rig, string form, HttpStatusCode expected, params (string Name, string Value)[] fields)
    {
        using var answer = await rig.Receiver.Client.PostFormAsync(
            "/admin/fleet" + form, fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), bearer: RunningReceiver.AdminToken, headers: ("Accept", "text/html"));
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.True(answer.StatusCode == expected, $"{form}: {answer.StatusCode} {html}");
        return html;
    }

    [GeneratedRegex("data-account=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AccountNames();

    [GeneratedRegex("id=\"code\">(?<code>fcode_[0-9a-f]+)<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeOnPage();
}
