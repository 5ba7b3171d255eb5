using System.Text.Json.Nodes;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What the page shows, read from days cached in memory, compared with counts over the single events.</summary>
public sealed class TelemetryRecountTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    private static readonly TelemetryFilter Everything = new("custom", Today.AddDays(-9), Today);

    private static readonly TelemetryFilter[] Filters =
    [
        Everything,
        Everything with { User = "p1@example.org" },
        Everything with { Model = "model-1" },
        Everything with { Terminal = "term-0" },
        Everything with { User = "p0@example.org", Model = "model-0", Terminal = "term-1" },
        Everything with { From = Today.AddDays(-4), To = Today.AddDays(-2) },
        Everything with { From = Today.AddDays(-1) },
        Everything with { Model = "never-seen" },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Page_AfterEachRoundOfRandomEvents_EqualsACountOverTheEvents(int seed)
    {
        await using var host = await OtlpHost.StartAsync();
        var random = new Random(seed);
        for (var round = 0; round < 4; round++)
        {
            using var sent = await host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(0, 60).Select(index => AnyEvent(random, $"{round}-{index}"))]));
            Assert.Equal("{}", await OtlpHost.TextOfAsync(sent));

            foreach (var filter in Filters)
            {
                await CompareAsync(host, filter);
            }
        }
    }

    [Fact]
    public async Task Window_IsFiveHoursToTheRequest_AndToTheClockHourForMetrics()
    {
        await using var host = await OtlpHost.StartAsync();
        host.Time.Advance(TimeSpan.FromMinutes(30));
        var now = host.Time.GetUtcNow();
        using var events = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("inside", at: now.AddHours(-5).AddSeconds(1), session: "a"),
            Otlp.Request("outside", at: now.AddHours(-5).AddSeconds(-1), session: "a"),
            Otlp.Request("new", at: now, session: "b")));
        using var metrics = await host.PostJsonAsync("metrics", Otlp.Tokens(
            cumulative: false,
            Otlp.Point(5, now.AddHours(-6), now.AddHours(-5).AddMinutes(-20), session: "metrics"),
            Otlp.Point(1000, now.AddHours(-7), now.AddHours(-6).AddMinutes(-20), session: "metrics")));

        var view = await ReadAsync(host, Everything);

        Assert.Equal(30 + 30 + 5, Assert.Single(view.Windows).Billed);
    }

    [Fact]
    public async Task Calls_ArePagedAndCounted()
    {
        await using var host = await OtlpHost.StartAsync();
        using var sent = await host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(0, 7).Select(index => Otlp.Request($"r{index}", at: Otlp.Noon.AddMinutes(-index)))]));

        foreach (var filter in new[] { Everything, Everything with { User = "unattributed install-1" } })
        {
            var view = await host.Receiver.Service<TelemetryPageQuery>().ReadAsync(filter, new CallPart(4, 2), DataScope.Everybody, TestContext.Current.CancellationToken);
            Assert.Equal(["r4", "r5"], view.RecentCalls.Select(call => call.RequestId));
            Assert.Equal(7, view.CallsTotal);
        }
    }

    private static async Task CompareAsync(OtlpHost host, TelemetryFilter filter)
    {
        var view = await ReadAsync(host, filter);
        var events = host.Query<Row>($"""
            SELECT e.kind AS Kind, c.name AS Person, coalesce(m.name, '') AS Model, e.at AS At, e.input_tokens AS Input, e.cost AS Cost, e.duration_ms AS Ms, coalesce(n.name, '') AS Name, coalesce(o.name, '') AS Outcome
            FROM telemetry_events e JOIN telemetry_subjects c USING (subject_id) JOIN telemetry_sessions s USING (session_ref) JOIN telemetry_names t ON t.name_id = s.terminal_id
            LEFT JOIN telemetry_names m ON m.name_id = e.model_id LEFT JOIN telemetry_names n ON n.name_id = e.name_id LEFT JOIN telemetry_names o ON o.name_id = e.detail_id
            WHERE e.at >= {filter.StartMs} AND e.at < {filter.EndMs}
              AND ('{filter.User}' IN ('', c.name)) AND ('{filter.Terminal}' IN ('', t.name))
            """);
        var requests = events.Where(row => row.Kind is "api_request" && (filter.Model is null || row.Model == filter.Model)).ToList();
        var tools = events.Where(row => row.Kind is "tool_result").ToList();

        Assert.Equal((requests.Count, requests.Sum(row => row.Input), requests.Sum(row => row.Cost) / 1e9m), (view.Cards.Totals.Requests, view.Cards.Totals.Input, view.Cards.Totals.CostUsd));
        AssertAccurate(requests, view.Cards.RequestMs);
        Assert.Equal(requests.Count, view.Timeline.Sum(point => point.Totals.Requests));
        Assert.Equal(requests.GroupBy(row => row.Model).Select(group => (group.Key, (long)group.Count())).Order(), view.Models.Where(row => row.Totals.Requests > 0).Select(row => (row.Model, row.Totals.Requests)).Order());
        Assert.Equal(requests.GroupBy(row => row.Person).Select(group => (group.Key, group.Sum(row => row.Input))).Order(), view.Users.Select(row => (row.User, row.Totals.Input)).Order());
        Assert.Equal(tools.GroupBy(row => row.Name).Select(group => (group.Key, (long)group.Count(), (long)group.Count(row => row.Outcome is "failure"))).Order(), view.Tools.Select(row => (row.Tool, row.Calls, row.Failures)).Order());
        AssertAccurate(tools, view.Cards.ToolMs);
        Assert.All(view.Tools, row => AssertAccurate([.. tools.Where(tool => tool.Name == row.Tool)], row.Ms));
        var ticks = filter.IsHourly ? 3_600_000 : 86_400_000;
        Assert.Equal(
            requests.GroupBy(row => row.At / ticks * ticks).Select(group => (group.Key, (long)group.Count())).Order(),
            view.Timeline.Where(point => point.Totals.Requests > 0).Select(point => (point.At.ToUnixTimeMilliseconds(), point.Totals.Requests)));
    }

    /// <summary>Counts are exact, percentiles are off by 3 % at most.</summary>
    private static void AssertAccurate(IReadOnlyCollection<Row> events, Percentiles shown)
    {
        long[] lengths = [.. events.Select(row => row.Ms!.Value).Order()];
        Assert.Equal(lengths.Length, shown.Count);
        foreach (var (share, percentile) in new[] { (0.5, shown.P50), (0.95, shown.P95), (0.99, shown.P99) })
        {
            if (lengths.Length == 0)
            {
                Assert.Null(percentile);
                continue;
            }

            var length = lengths[(int)Math.Ceiling(share * lengths.Length) - 1];
            Assert.InRange(percentile!.Value, (length * 0.97) - 0.5, (length * 1.03) + 0.5);
        }
    }

    /// <summary>A session keeps its terminal, because the terminal is stored with the session.</summary>
    private static JsonObject AnyEvent(Random random, string id)
    {
        var person = random.Next(3);
        var terminal = random.Next(2);
        var at = Otlp.Noon.AddHours(-random.Next(20 * 24));
        (string, object)[] whose =
        [
            ("user.email", $"p{person}@example.org"), ("terminal.type", $"term-{terminal}"), ("session.id", $"{person}-{terminal}"), ("event.sequence", (long)random.Next()),
        ];
        return random.Next(3) == 0
            ? Otlp.Event("tool_result", at, [.. whose, ("tool_name", $"tool-{random.Next(3)}"), ("success", random.Next(4) > 0 ? "true" : "false"), ("duration_ms", (long)random.Next(5000))])
            : Otlp.Event("api_request", at,
                [.. whose, ("request_id", id), ("model", $"model-{random.Next(3)}"), ("input_tokens", (long)random.Next(1000)), ("output_tokens", 1L), ("cost_usd", random.Next(100) / 100.0), ("duration_ms", (long)random.Next(9000))]);
    }

    private static Task<TelemetryPageView> ReadAsync(OtlpHost host, TelemetryFilter filter) =>
        host.Receiver.Service<TelemetryPageQuery>().ReadAsync(filter, new CallPart(0, 20), DataScope.Everybody, TestContext.Current.CancellationToken);

    private sealed record Row
    {
        public string Kind { get; init; } = "";

        public string Person { get; init; } = "";

        public string Model { get; init; } = "";

        public long At { get; init; }

        public long Input { get; init; }

        public long Cost { get; init; }

        public long? Ms { get; init; }

        public string Name { get; init; } = "";

        public string Outcome { get; init; } = "";
    }
}
