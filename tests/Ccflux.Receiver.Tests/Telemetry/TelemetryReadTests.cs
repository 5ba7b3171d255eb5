using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What pages and the API read.</summary>
public sealed class TelemetryReadTests
{
    private static readonly TelemetryFilter Today = new("today", new DateOnly(2026, 11, 21), new DateOnly(2026, 11, 21));

    [Fact]
    public async Task Page_OfARecordedRun_ShowsItsFigures()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.ReplayAsync("json-full");
        var expected = FixtureSums.OfRequests("json-full")["claude-opus-5-5"];

        var view = await ReadAsync(host, Today);

        Assert.True(view.HasAny);
        Assert.Equal((5, 0, expected.Input, expected.Output), (view.Cards.Totals.Requests, view.Cards.Totals.Errors, view.Cards.Totals.Input, view.Cards.Totals.Output));
        Assert.Equal(expected.Cost / 1e9m, view.Cards.Totals.CostUsd);
        Assert.Equal(RequestTotals.None, view.Before.Totals);
        Assert.Equal(1, view.Cards.Sessions);
        Assert.Equal(FixtureSums.EventsNamed("json-full", "tool_result"), view.Cards.ToolCalls);
        Assert.Equal((2, 1, 0, 0), (view.Cards.LinesAdded, view.Cards.LinesRemoved, view.Cards.Commits, view.Cards.PullRequests));
        Assert.Equal(FixtureSums.EventsNamed("json-full", "tool_decision"), view.Cards.Automatic + view.Cards.Accepted + view.Cards.Rejected);
        Assert.Equal(0.961m, view.Cards.CliSeconds);
        Assert.Equal(1, view.Cards.Conversations);
        Assert.InRange(view.Cards.RequestMs.P95!.Value, 1, 10_000);
        Assert.Equal(24, view.Timeline.Count);
        Assert.Equal(view.Cards.Totals, view.Timeline.Aggregate(RequestTotals.None, (sum, point) => sum + point.Totals));
        Assert.Equal("xterm-256color", Assert.Single(view.Terminals).Name);
        Assert.Equal(5, view.RecentCalls.Count);
        Assert.StartsWith("unattributed 8cc46f", Assert.Single(view.Users).User, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_NarrowToUserDivisionModelTerminalAndPeriod()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, "amara@example.org", "Research");
        (string, object) amara = ("user.email", "amara@example.org");
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", session: "a", more: [amara]),
            Otlp.Request("r2", session: "b", model: "claude-haiku-5-5", more: [amara, ("terminal.type", "tmux")]),
            Otlp.Request("r3", session: "c", at: Otlp.Noon.AddDays(-1), more: [amara]),
            Otlp.Request("r4", session: "d")));

        async Task<long> RequestsAsync(TelemetryFilter filter) => (await ReadAsync(host, filter)).Cards.Totals.Requests;

        Assert.Equal(3, await RequestsAsync(Today));
        Assert.Equal(1, (await ReadAsync(host, Today)).Before.Totals.Requests);
        Assert.Equal(2, await RequestsAsync(Today with { User = "amara@example.org" }));
        Assert.Equal(2, await RequestsAsync(Today with { Division = "Research" }));
        Assert.Equal(1, await RequestsAsync(Today with { Division = TelemetryFilter.NoDivision }));
        Assert.Equal(1, await RequestsAsync(Today with { Model = "claude-haiku-5-5" }));
        Assert.Equal(1, await RequestsAsync(Today with { Terminal = "tmux" }));
        Assert.Equal([("amara@example.org", 60L), ("unattributed install-1", 30L)], (await ReadAsync(host, Today)).Windows.Select(row => (row.User, row.Billed)));
        Assert.Equal(4, await RequestsAsync(Today with { From = Today.From.AddDays(-6) }));
    }

    [Fact]
    public async Task Timeline_OfDaysAndOfHours_CountsSessionsAndConversationsAsTheCardsDo()
    {
        await using var host = await OtlpHost.StartAsync();
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", session: "a", more: [("prompt.id", "p1")]),
            Otlp.Request("r2", session: "b", more: [("prompt.id", "p2")]),
            Otlp.Request("r3", session: "c", at: Otlp.Noon.AddDays(-3), more: [("prompt.id", "p3")])));

        foreach (var (filter, expected) in new[] { (Today, 2L), (Today with { Period = "7d", From = Today.From.AddDays(-6) }, 3L) })
        {
            var view = await ReadAsync(host, filter);
            Assert.Equal((expected, expected), (view.Cards.Sessions, view.Cards.Conversations));
            Assert.Equal((expected, expected), (view.Timeline.Sum(point => point.Sessions), view.Timeline.Sum(point => point.Conversations)));
        }
    }

    [Fact]
    public async Task Changes_OfAPeriodThatGoesOn_AreOfItsCompleteHours()
    {
        await using var host = await OtlpHost.StartAsync();
        host.Time.Leap(TimeSpan.FromMinutes(20));
        var week = Today with { Period = "7d", From = Today.From.AddDays(-6) };
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1"),
            Otlp.Request("r2", at: Otlp.Noon.AddMinutes(40)),
            Otlp.Request("r3", at: Otlp.Noon.AddDays(-1)),
            Otlp.Request("r4", at: Otlp.Noon.AddDays(-1).AddMinutes(40)),
            Otlp.Request("r5", at: Otlp.Noon.AddDays(-7)),
            Otlp.Request("r6", at: Otlp.Noon.AddDays(-7).AddMinutes(40))));

        async Task<(long, long, long, DateTimeOffset?)> RequestsAsync(TelemetryFilter filter)
        {
            var view = await ReadAsync(host, filter);
            return (view.Cards.Totals.Requests, view.Compared.Totals.Requests, view.Before.Totals.Requests, view.ComparedUntil);
        }

        var noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal((2, 1, 1, noon), await RequestsAsync(Today));
        Assert.Equal((4, 3, 1, noon), await RequestsAsync(week));
        Assert.Equal((2, 1, 1, noon), await RequestsAsync(Today with { User = "unattributed install-1", Terminal = "vscode" }));
        Assert.Equal((2, 2, 0, null), await RequestsAsync(Today with { Period = TelemetryFilter.Custom, From = Today.From.AddDays(-1), To = Today.To.AddDays(-1) }));
    }

    [Fact]
    public async Task TimelineBefore_OfADayThatRuns_HasTheDurationsOfAllItsHours()
    {
        await using var host = await OtlpHost.StartAsync();
        host.Time.Leap(TimeSpan.FromMinutes(20));
        var weekAgo = Otlp.Noon.AddDays(-7);
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", at: weekAgo.AddHours(-4), more: [("duration_ms", 60_000)]),
            Otlp.Request("r2", at: weekAgo.AddHours(-2), more: [("duration_ms", 100)])));

        var view = await ReadAsync(host, Today with { Period = "7d", From = Today.From.AddDays(-6) });

        Assert.InRange(view.TimelineBefore[^1].RequestP95!.Value, 55_000, 65_000);
        Assert.InRange(view.Before.RequestMs.P95!.Value, 55_000, 65_000);
    }

    [Fact]
    public void UsageLeverage_IsDividedBeforeAnythingIsCut()
    {
        var cards = new TelemetryCards(RequestTotals.None, 0, 0, new Percentiles(null, null, null, 0), new Percentiles(null, null, null, 0), 30_898, 5_719, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        Assert.Equal(5.4027, cards.UsageLeverage!.Value, 4);
    }

    [Fact]
    public void ActiveTime_OfManyHours_IsRoundedOnceOnCardAndChart()
    {
        var hours = new long[] { 6_900, 5_900, 5_800 };

        Assert.Equal("19\u00A0s", Durations.Seconds(hours.Sum() / 1000.0));
        Assert.Equal("19\u00A0s", ChartUnit.Text(ChartUnit.Seconds, hours.Sum()));
        Assert.Equal("18.6 s", ChartUnit.Exact(ChartUnit.Seconds, hours.Sum()));
    }

    [Fact]
    public async Task MappedInstallation_StandsUnderItsPerson()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, "amara@example.org", "Research");
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1")));
        var install = Assert.Single((await ReadAsync(host, Today)).Installs);

        var mapped = await host.Receiver.Service<InstallationMapping>().MapAsync(Actor.System, install.SubjectId, "amara@example.org");

        Assert.True(mapped.IsOk);
        Assert.Equal(("amara@example.org", "Research"), (await ReadAsync(host, Today)).Users.Select(user => (user.User, user.Division)).Single());
        Assert.False((await host.Receiver.Service<InstallationMapping>().MapAsync(Actor.System, install.SubjectId, "nobody@example.org")).IsOk);
    }

    [Fact]
    public async Task Decisions_ByMetricOnly_AreShownAndNeverAddedToEvents()
    {
        await using var metrics = await OtlpHost.StartAsync();
        await using var both = await OtlpHost.StartAsync();

        await metrics.ReplayAsync("json-full", "metrics");
        await both.ReplayAsync("json-full");

        Assert.Equal(2, (await ReadAsync(metrics, Today)).Decisions.Sum(row => row.Count));
        Assert.Equal(FixtureSums.EventsNamed("json-full", "tool_decision"), (await ReadAsync(both, Today)).Decisions.Sum(row => row.Count));
    }

    [Theory]
    [InlineData("summary")]
    [InlineData("timeline")]
    [InlineData("timeline-models")]
    [InlineData("timeline-users")]
    [InlineData("models")]
    [InlineData("users")]
    [InlineData("terminals")]
    [InlineData("tools")]
    [InlineData("decisions")]
    [InlineData("errors")]
    [InlineData("windows")]
    [InlineData("calls")]
    [InlineData("names")]
    [InlineData("installs")]
    [InlineData("labels")]
    [InlineData("users/amara@example.org/labels")]
    [InlineData("users/amara@example.org/reconciliation")]
    public async Task Api_AnswersAsJsonAndCsv_ForReadersOnly(string table)
    {
        await using var host = await OtlpHost.StartAsync();
        await host.ReplayAsync("json-agent");
        var client = host.Receiver.Client;

        using var stranger = await client.FetchAsync($"/api/v1/telemetry/{table}");
        using var json = await client.FetchAsync($"/api/v1/telemetry/{table}?period=today", bearer: RunningReceiver.ViewerToken);
        using var csv = await client.FetchAsync($"/api/v1/telemetry/{table}?format=csv", bearer: RunningReceiver.AdminToken);
        using var bad = await client.FetchAsync($"/api/v1/telemetry/{table}?period=ever&format=xml", bearer: RunningReceiver.AdminToken);

        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(await OtlpHost.TextOfAsync(json)).RootElement.GetProperty("rows").ValueKind);
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task Housekeeping_RemovesOldEventsAndKeepsTheRollups()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.ReplayAsync("json-full");
        var counted = host.Counted();

        host.Time.Leap(TimeSpan.FromDays(31));
        var housekeeping = host.Receiver.Services<Microsoft.Extensions.Hosting.IHostedService>().OfType<TelemetryHousekeeping>().Single();
        Assert.True(await housekeeping.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(0, host.Scalar<long>("SELECT (SELECT count(*) FROM telemetry_events) + (SELECT count(*) FROM telemetry_points) + (SELECT count(*) FROM telemetry_sessions) + (SELECT count(*) FROM telemetry_session_usage) + (SELECT count(*) FROM telemetry_prompts)"));
        Assert.Equal(counted, host.Counted());
    }

    [Fact]
    public async Task Reconciliation_OfAUser_StandsBesideTheHooksReports()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, "amara@example.org", null);
        var user = host.Scalar<long>("SELECT user_id FROM users");
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", more: [("user.email", "amara@example.org"), ("query_source", "sdk")]),
            Otlp.Request("r2", more: [("user.email", "amara@example.org"), ("query_source", "compact")])));
        var turn = History.Turn("s1", 0, DateTimeOffset.UnixEpoch.AddDays(20_000), ("claude-opus-5-5", History.Usage(10, 20, 30, 40)));
        await host.Receiver.Service<GroupCommitWriter>().WriteAsync(new LedgerWrite(host.Receiver.Service<LedgerWriter>(), TurnRequests.Of(user, DateTimeOffset.UnixEpoch, [turn]), allowances: null));

        var row = Assert.Single(await host.Receiver.Service<TelemetryAdminQuery>().ReconcileAsync("amara@example.org", Today, DataScope.Everybody, TestContext.Current.CancellationToken));

        Assert.Equal((Agreement.Agree, new AccountTokens(20, 40, 60, 80), new AccountTokens(10, 20, 30, 40)), (row.Agreement, row.Telemetry!, row.Hook!));
        Assert.Equal(["compact"], row.UnseenSources);
    }

    [Fact]
    public async Task EventsThatDidNotArrive_AreShown_WhereMetricsStateMore()
    {
        await using var host = await OtlpHost.StartAsync();
        foreach (var (value, session) in new[] { (100L, "s1"), (20L, "s2") })
        {
            using var metrics = await host.PostJsonAsync("metrics", Otlp.Tokens(false, Otlp.Point(value, Otlp.Noon.AddMinutes(-1), Otlp.Noon, session, ("user.email", "amara@example.org"))));
            using var logs = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r" + session, session, more: [("user.email", "amara@example.org")])));
        }

        var rows = await host.Receiver.Service<TelemetryAdminQuery>().ReconcileAsync("amara@example.org", Today, DataScope.Everybody, TestContext.Current.CancellationToken);

        Assert.Equal([new AccountTokens(10, 20, 30, 40), new AccountTokens(10, 20, 30, 40)], rows.Select(row => row.Telemetry));
        Assert.Equal([new AccountTokens(0, 80, 0, 0), AccountTokens.None], rows.Select(row => row.Lost));
    }

    [Fact]
    public void Reconciliation_SetsAsideWhatTranscriptsDoNotHold()
    {
        SessionUsage[] telemetry =
        [
            new("s1", "opus", "sdk", new AccountTokens(10, 20, 30, 40)),
            new("s1", "opus", "compact", new AccountTokens(1, 2, 3, 4)),
            new("s2", "opus", "sdk", new AccountTokens(5, 5, 5, 5)),
            new("s3", "opus", "sdk", new AccountTokens(1, 1, 1, 1)),
        ];
        HookTotals[] hook = [new("s1", "opus", 10, 20, 30, 40), new("s2", "opus", 5, 6, 5, 5), new("s4", "opus", 9, 9, 9, 9)];

        var rows = Reconciliation.Compare(telemetry, hook);

        Assert.Equal([Agreement.Agree, Agreement.Differ, Agreement.TelemetryOnly, Agreement.HookOnly], rows.Select(row => row.Agreement));
        Assert.Equal(["compact"], rows[0].UnseenSources);
    }

    private static Task<TelemetryPageView> ReadAsync(OtlpHost host, TelemetryFilter filter) =>
        host.Receiver.Service<TelemetryPageQuery>().ReadAsync(filter, new CallPart(0, 20), DataScope.Everybody, TestContext.Current.CancellationToken);
}
