using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Figures filtered and grouped by what clients state, and what a person's page shows of it.</summary>
public sealed class LabelReadTests
{
    private const string Mail = "amara@example.org";
    private static readonly DateOnly Day = new(2026, 11, 21);
    private static readonly TelemetryFilter Today = new("today", Day, Day);
    private static readonly TelemetryFilter Week = new("custom", Day.AddDays(-6), Day);

    [Fact]
    public async Task Groups_CountAPersonUnderTheLastValueOfThePeriod()
    {
        await using var host = await StartAsync();
        await SendAsync(host, Request("r1", Mail, "red", daysAgo: 4), Request("r2", Mail, "red", daysAgo: 3), Request("r3", Mail, "blue", daysAgo: 2), Request("r4", Mail, "blue", daysAgo: 0));

        Assert.Equal([("blue", 1, 4L)], await GroupsAsync(host, Week));
        Assert.Equal([("red", 1, 2L)], await GroupsAsync(host, Week with { To = Day.AddDays(-3) }));
        Assert.Equal([("blue", 1, 1L)], await GroupsAsync(host, Week with { From = Day.AddDays(-2), To = Day.AddDays(-1) }));
    }

    /// <summary>Two machines: within a period that both outlast, the value that started later is the newer one.</summary>
    [Fact]
    public async Task Groups_WhereTwoValuesGoOn_GiveTheOneThatBeganLater()
    {
        await using var host = await StartAsync();
        await SendAsync(host, Request("r1", Mail, "red", daysAgo: 5), Request("r2", Mail, "blue", daysAgo: 3), Request("r3", Mail, "blue", daysAgo: 1), Request("r4", Mail, "red", daysAgo: 0));

        Assert.Equal([("blue", 1, 1L)], await GroupsAsync(host, Week with { From = Day.AddDays(-3), To = Day.AddDays(-2) }));
        Assert.Equal([("red", 1, 4L)], await GroupsAsync(host, Week));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Groups_OfRandomPeople_AddUpToAll_AndEachIsWhatItsFilterShows(int seed)
    {
        await using var host = await StartAsync();
        var random = new Random(seed);
        await SendAsync(host, [.. Enumerable.Range(0, 120).Select(index =>
            Request($"r{index}", $"p{random.Next(9)}@example.org", random.Next(3) == 0 ? "" : $"team {random.Next(4)}", random.Next(6), session: $"s{random.Next(40)}"))]);

        foreach (var filter in new[] { Week, Today, Week with { To = Day.AddDays(-2) }, Week with { Model = "never-seen" }, Week with { User = "p1@example.org" } })
        {
            var all = await ReadAsync(host, filter);
            var groups = all.Labels.Single(split => split.Name is "team").Groups;

            Assert.Equal(all.Cards.Totals, groups.Aggregate(RequestTotals.None, (sum, group) => sum + group.Totals));
            Assert.Equal(all.Cards.Sessions, groups.Sum(group => group.Sessions));
            Assert.Equal(all.Users.Count, groups.Sum(group => group.Users));
            foreach (var group in groups)
            {
                var part = await ReadAsync(host, filter with { Labels = [new LabelFilter("team", [group.Value])] });
                Assert.Equal((group.Totals, group.Sessions, group.Users), (part.Cards.Totals, part.Cards.Sessions, part.Users.Count));
            }
        }
    }

    [Fact]
    public async Task Filters_TakeAnyValueOfALabel_AndEveryLabel()
    {
        await using var host = await StartAsync();
        await SendAsync(
            host,
            Request("r1", "a@example.org", "red", more: ("anthropic.plan", "max")),
            Request("r2", "b@example.org", "blue", more: ("anthropic.plan", "max")),
            Request("r3", "c@example.org", "green", more: ("anthropic.plan", "team")),
            Request("r4", "d@example.org", "", more: ("anthropic.plan", "team")));

        async Task<string> UsersAsync(params LabelFilter[] labels) =>
            string.Concat((await ReadAsync(host, Today with { Labels = labels })).Users.Select(user => user.User[0]).Order());

        Assert.Equal("ab", await UsersAsync(new LabelFilter("team", ["red", "blue"])));
        Assert.Equal("d", await UsersAsync(new LabelFilter("team", [""])));
        Assert.Equal("ad", await UsersAsync(new LabelFilter("team", ["", "red"])));
        Assert.Equal("c", await UsersAsync(new LabelFilter("team", ["red", "green"]), new LabelFilter("anthropic.plan", ["team"])));
        Assert.Equal("", await UsersAsync(new LabelFilter("team", ["red"]), new LabelFilter("anthropic.plan", ["team"])));
        Assert.Equal("", await UsersAsync(new LabelFilter("team", ["violet"])));
        Assert.Equal("abcd", await UsersAsync());
    }

    /// <summary>A colleague with the organisation's token may claim anyone's e-mail address. What it states then does not count as a statement of a person with a token.</summary>
    [Fact]
    public async Task Claim_NeverMovesSomebodyWhoSendsWithATokenOfTheirOwn()
    {
        await using var host = await StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, Mail, null);
        var own = (await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, Mail)).Token!;
        await SendAsync(host, Request("c0", Mail, "before", daysAgo: 1));
        Assert.Equal([("before", 1, 1L)], await GroupsAsync(host, Week));

        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(Request("r1", Mail, "red")), own);
        await SendAsync(host, Request("c1", Mail, "evil", session: "forged", more: ("anthropic.plan", "pro")));

        Assert.Equal([("red", 1, 3L)], await GroupsAsync(host, Week));
        var view = await ReadAsync(host, Week);
        Assert.Equal(["red"], view.Choices.Labels.Single(label => label.Name is "team").Values);
        Assert.Empty(view.Choices.Labels.Single(label => label.Name is "anthropic.plan").Values);
        Assert.Equal([("team", "red", false)], (await StatedAsync(host, Mail)).Select(row => (row.Name, row.Value, row.IsClaimed)));
        Assert.Empty((await ReadAsync(host, Week with { Labels = [new LabelFilter("team", ["evil"])] })).Users);
    }

    [Fact]
    public async Task MappedInstallation_BringsItsLabels_AndTakesThemBack()
    {
        await using var host = await StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, Mail, null);
        await SendAsync(host, Otlp.Request("r1", more: ("team", "red")));
        var install = Assert.Single((await ReadAsync(host, Today)).Installs).SubjectId;

        await host.Receiver.Service<InstallationMapping>().MapAsync(Actor.System, install, Mail);
        await SendAsync(host, Otlp.Request("r2", more: ("anthropic.plan", "max")));

        Assert.Equal([("team", "red"), ("anthropic.plan", "max")], (await StatedAsync(host, Mail)).Select(row => (row.Name, row.Value)));
        Assert.Equal([Mail], (await ReadAsync(host, Today with { Labels = [new LabelFilter("team", ["red"])] })).Users.Select(user => user.User));

        await host.Receiver.Service<InstallationMapping>().MapAsync(Actor.System, install, null);

        Assert.Empty(await StatedAsync(host, Mail));
        Assert.Equal(2, (await StatedAsync(host, "unattributed install-1")).Count);
    }

    [Fact]
    public async Task Person_ShowsEachValueWithItsTime_TheLatestFirst()
    {
        await using var host = await StartAsync();
        await SendAsync(
            host,
            Request("r1", Mail, "red", daysAgo: 5, more: ("anthropic.plan", "max")),
            Request("r2", Mail, "red", daysAgo: 3, more: ("anthropic.plan", "max")),
            Request("r3", Mail, "red", daysAgo: 1, more: ("anthropic.plan", "team")));

        var rows = (await StatedAsync(host, Mail)).Select(row => (row.Name, row.Value, row.Since, row.LastAt, row.IsCurrent, row.IsClaimed));

        Assert.Equal(
            [
                ("team", "red", Otlp.Noon.AddDays(-5), Otlp.Noon.AddDays(-1), true, true),
                ("anthropic.plan", "team", Otlp.Noon.AddDays(-1), Otlp.Noon.AddDays(-1), true, true),
                ("anthropic.plan", "max", Otlp.Noon.AddDays(-5), Otlp.Noon.AddDays(-3), false, true),
            ],
            rows);
    }

    /// <summary>The client states where its managed settings come from only at its start, and may run for days.</summary>
    [Fact]
    public async Task ManagedSettings_HoldUntilOthersAreStated_AndOtherLabelsDoNot()
    {
        await using var host = await StartAsync();
        await host.ReplayAsync("json-full", "logs");
        var person = Assert.Single((await ReadAsync(host, Today)).Users).User;
        host.Time.Leap(TimeSpan.FromDays(3));
        await SendAsync(host, Otlp.Request("later", at: host.Time.GetUtcNow(), more: ("user.id", person["unattributed ".Length..])));
        var later = new TelemetryFilter("custom", Day.AddDays(3), Day.AddDays(3));

        Assert.Equal("none", Assert.Single((await ReadAsync(host, later)).Labels.Single(split => split.Name is "managed_settings").Groups).Value);
        Assert.Empty((await ReadAsync(host, later with { Labels = [new LabelFilter("managed_settings", ["file"])] })).Users);
    }

    [Fact]
    public async Task Api_GroupsFiltersAndSaysWhatIsWrong()
    {
        await using var host = await StartAsync();
        await SendAsync(
            host, Request("r1", "a@example.org", "=red", more: ("anthropic.plan", "max")), Request("r2", "b@example.org", "blue, dark"), Request("r3", "c@example.org", ""));

        var csv = await TextAsync(host, "labels?period=today&by=team&format=csv");
        Assert.Equal("label,value,users,sessions,requests,errors,input_tokens,output_tokens,cache_read_tokens,cache_write_tokens,cost_usd", csv.Split("\r\n")[0]);
        Assert.Equal(["team,\"'=red\",1,1,1,", "team,\"blue, dark\",1,1,1,", "team,,1,1,1,"], csv.Split("\r\n")[1..4].Select(line => line[..line.IndexOf("0,10,", StringComparison.Ordinal)]));
        Assert.Equal(5, Rows(await TextAsync(host, "labels?period=today")).GetArrayLength());
        Assert.Equal("b@example.org", Assert.Single(Rows(await TextAsync(host, "users?period=today&label.team=blue%2C%20dark")).EnumerateArray()).GetProperty("user").GetString());
        Assert.Equal(2, Rows(await TextAsync(host, "users?period=today&label.team=%3Dred|(none)")).GetArrayLength());
        Assert.Equal(2, Rows(await TextAsync(host, "users/a@example.org/labels")).GetArrayLength());

        Assert.Contains("by: must be one of team, anthropic.plan", await TextAsync(host, "labels?by=colour", HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("label: must be one of label.team", await TextAsync(host, "users?label.colour=red&label.x=y", HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("label.team: must be at most 16 values", await TextAsync(host, "users?label.team=" + string.Join('|', Enumerable.Range(0, 17)), HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_ShowTheGroups_TheFilters_AndWhatAPersonStates()
    {
        await using var host = await StartAsync();
        await SendAsync(host, Request("r1", Mail, "<b>red</b>", more: [("anthropic.plan", "team"), ("anthropic.seat_type", "premium")]), Request("r2", "b@example.org", "blue"));

        var page = await PageAsync(host, "/admin/telemetry?period=today&by=anthropic.plan");
        var narrowed = await PageAsync(host, "/admin/telemetry?period=today&label.team=blue");
        var wrong = await PageAsync(host, "/admin/telemetry?label.colour=red");
        var person = await PageAsync(host, $"/admin/telemetry/users/{Mail}?period=today&label.team=blue");
        var export = await PageAsync(host, "/admin/telemetry?period=today&export");

        Assert.Contains("By plan", page, StringComparison.Ordinal);
        Assert.Contains("label.anthropic.plan=%28none%29", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;red&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>red</b>", page + narrowed + person + export, StringComparison.Ordinal);
        Assert.Contains("name=\"label.team\"", page, StringComparison.Ordinal);
        Assert.Contains("By team", narrowed, StringComparison.Ordinal);
        Assert.Contains("/api/v1/telemetry/users?label.team=blue&amp;period=today", narrowed, StringComparison.Ordinal);
        Assert.Contains("label: must be one of", wrong, StringComparison.Ordinal);
        Assert.Contains("signed in with team, premium seat", person, StringComparison.Ordinal);
        Assert.Contains("Stated by the client", person, StringComparison.Ordinal);
        Assert.Contains("By team", export, StringComparison.Ordinal);
    }

    private static Task<OtlpHost> StartAsync() => OtlpHost.StartAsync(("TELEMETRY_ATTRIBUTES", "team"));

    private static System.Text.Json.Nodes.JsonObject Request(string id, string email, string team, int daysAgo = 0, string? session = null, params (string Key, object Value)[] more) =>
        Otlp.Request(id, session ?? "s-" + email, at: Otlp.Noon.AddDays(-daysAgo), more: [("user.email", email), ("team", team), .. more]);

    private static async Task SendAsync(OtlpHost host, params System.Text.Json.Nodes.JsonObject[] records)
    {
        using var answer = await host.PostJsonAsync("logs", Otlp.Logs(records));
        Assert.Equal("{}", await OtlpHost.TextOfAsync(answer));
    }

    private static Task<TelemetryPageView> ReadAsync(OtlpHost host, TelemetryFilter filter) =>
        host.Receiver.Service<TelemetryPageQuery>().ReadAsync(filter, new CallPart(0, 20), DataScope.Everybody, TestContext.Current.CancellationToken);

    private static async Task<IEnumerable<(string, int, long)>> GroupsAsync(OtlpHost host, TelemetryFilter filter) =>
        (await ReadAsync(host, filter)).Labels.Single(split => split.Name is "team").Groups.Select(group => (group.Value, group.Users, group.Totals.Requests));

    private static Task<IReadOnlyList<StatedRow>> StatedAsync(OtlpHost host, string person) =>
        host.Receiver.Service<TelemetryAdminQuery>().LabelsAsync(person, DataScope.Everybody, TestContext.Current.CancellationToken);

    private static JsonElement Rows(string json) => JsonDocument.Parse(json).RootElement.GetProperty("rows");

    private static async Task<string> TextAsync(OtlpHost host, string table, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await host.Receiver.Client.FetchAsync("/api/v1/telemetry/" + table, bearer: RunningReceiver.ViewerToken);
        Assert.Equal(expected, answer.StatusCode);
        return await OtlpHost.TextOfAsync(answer);
    }

    private static async Task<string> PageAsync(OtlpHost host, string address)
    {
        using var answer = await host.Receiver.Client.FetchAsync(address, bearer: RunningReceiver.ViewerToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await OtlpHost.TextOfAsync(answer);
    }
}
