namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Streams, resends, sources: what adds to a figure and what does not.</summary>
public sealed class NormalizingTests
{
    private static readonly DateTimeOffset Start = Otlp.Noon;

    [Theory]
    [InlineData("admin\u202egro.elpmaxe@x.org")]
    [InlineData("bob\u200b@x.org")]
    [InlineData("bob\u0085@x.org")]
    public async Task Addresses_ThatLookLikeAnother_NameNobody(string email)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", more: [("user.email", email)])));
        using var plain = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r2", more: [("user.email", "Bob@X.org")])));

        Assert.Equal(2, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
        Assert.Equal("bob@x.org", host.Scalar<string>("SELECT group_concat(name) FROM telemetry_subjects WHERE kind = 'claimed'"));
    }

    [Fact]
    public async Task CumulativeStreams_OfTwoProcessesAndAReset_AddWhatEachGrewBy()
    {
        await using var host = await OtlpHost.StartAsync();

        await SendAsync(host, true, Otlp.Point(100, Start, Start.AddMinutes(1)));
        await SendAsync(host, true, Otlp.Point(40, Start.AddSeconds(7), Start.AddMinutes(1)));
        await SendAsync(host, true, Otlp.Point(150, Start, Start.AddMinutes(2)));
        await SendAsync(host, true, Otlp.Point(100, Start, Start.AddMinutes(1)));
        await SendAsync(host, true, Otlp.Point(45, Start.AddSeconds(7), Start.AddMinutes(2)));
        await SendAsync(host, true, Otlp.Point(5, Start, Start.AddMinutes(3)));

        Assert.Equal(150 + 45 + 5, Output(host));
    }

    [Fact]
    public async Task DeltaPoints_OfCollidingProcesses_CountEachOnce()
    {
        await using var host = await OtlpHost.StartAsync();
        var first = Otlp.Tokens(false, Otlp.Point(10, Start, Start.AddMinutes(1)), Otlp.Point(20, Start.AddSeconds(3), Start.AddMinutes(1)), Otlp.Point(5, Start, Start.AddMinutes(2)));

        for (var i = 0; i < 3; i++)
        {
            using var response = await host.PostJsonAsync("metrics", first);
        }

        Assert.Equal(35, Output(host));
    }

    [Fact]
    public async Task Events_ForOneSessionOnly_LeaveTheOtherSessionsMetrics()
    {
        await using var host = await OtlpHost.StartAsync();

        await SendAsync(host, false, Otlp.Point(1000, Start, Start.AddMinutes(1), "s1"), Otlp.Point(7, Start, Start.AddMinutes(1), "s2"));
        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", session: "s1")));
        await SendAsync(host, false, Otlp.Point(1000, Start.AddMinutes(1), Start.AddMinutes(2), "s1"));

        Assert.Equal(20 + 7, Output(host));
        Assert.Equal(2000, host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_days WHERE source = 'shadowed'"));
    }

    [Theory]
    [InlineData(true, false, "s1")]
    [InlineData(false, false, "s1")]
    [InlineData(true, false, null)]
    [InlineData(false, false, null)]
    [InlineData(true, true, null)]
    [InlineData(false, true, null)]
    public async Task MetricsWithoutSessionIds_WhereEventsTellTheSame_AreNotCountedBesideThem(bool eventsFirst, bool cumulative, string? sessionOfEvents)
    {
        await using var host = await OtlpHost.StartAsync();
        var eleven = Start.AddMinutes(-30);
        var events = Otlp.Logs(
            Otlp.Request("r1", sessionOfEvents, at: eleven.AddSeconds(-40)), Otlp.Request("r2", sessionOfEvents, at: eleven.AddSeconds(-5)), Otlp.Request("r3", sessionOfEvents, at: eleven.AddMinutes(20)));

        // The second point was counted over two hours and is stored in the one in which nothing else has happened yet.
        async Task PointsAsync()
        {
            await SendAsync(host, cumulative, Otlp.Point(20, eleven.AddMinutes(-1), eleven.AddSeconds(-30), session: null));
            await SendAsync(host, cumulative, Otlp.Point(cumulative ? 40 : 20, eleven.AddSeconds(cumulative ? -60 : -30), eleven.AddSeconds(30), session: null));
            await SendAsync(host, cumulative, Otlp.Point(cumulative ? 60 : 20, eleven.AddSeconds(cumulative ? -60 : 30), eleven.AddMinutes(21), session: null));
        }

        if (!eventsFirst)
        {
            await PointsAsync();
            Assert.Equal(60, Output(host));
        }

        using var response = await host.PostJsonAsync("logs", events);
        if (eventsFirst)
        {
            await PointsAsync();
        }

        Assert.Equal(60, Output(host));
        Assert.Equal(60, host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_hours WHERE source = 'shadowed'"));
        Assert.Equal(60, host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_days WHERE source = 'events'"));
    }

    [Fact]
    public async Task MetricsWithoutSessionIds_OfAnotherInstallation_StayCounted()
    {
        await using var host = await OtlpHost.StartAsync();

        await SendAsync(host, false, Otlp.Point(7, Start, Start.AddMinutes(1), session: null, ("user.id", "install-2"), ("user.email", "amara@example.org")));
        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", more: [("user.email", "amara@example.org")])));

        Assert.Equal(20 + 7, Output(host));
    }

    [Fact]
    public async Task Numbers_AsTextAsNumberAndAsFlag_AreAllTaken()
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Event("api_request", null, ("session.id", "s1"), ("model", "m"), ("request_id", "r1"), ("input_tokens", "11"), ("output_tokens", 12.0), ("cost_usd", "0.25"), ("duration_ms", "1500")),
            Otlp.Event("tool_result", null, ("session.id", "s1"), ("tool_name", "Bash"), ("success", true), ("duration_ms", 5L)),
            Otlp.Event("tool_result", null, ("session.id", "s1"), ("tool_name", "Bash"), ("success", "false"), ("duration_ms", 6L))));

        Assert.Equal((11L, 12L, 250_000_000L), host.Query<(long, long, long)>("SELECT input_tokens, output_tokens, cost FROM telemetry_hours").Single());
        Assert.Equal(["failure", "success"], host.Query<string>("SELECT d.name FROM telemetry_day_counts JOIN telemetry_names d ON d.name_id = detail_id WHERE kind = 'tool' ORDER BY 1"));
    }

    [Fact]
    public async Task Sessions_AreCountedOnceWithTheirTerminal()
    {
        await using var host = await OtlpHost.StartAsync();

        using var first = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1"), Otlp.Request("r2"), Otlp.Request("r3", session: "s2")));
        await SendAsync(host, false, Otlp.Point(1, Start, Start.AddMinutes(1), "s2"));

        Assert.Equal(("vscode", 2L), host.Query<(string, long)>("SELECT name, sum(count) FROM telemetry_day_counts JOIN telemetry_names n ON n.name_id = terminal_id WHERE kind = 'session' GROUP BY 1").Single());
    }

    [Fact]
    public async Task Conversations_AreDistinctPrompts()
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", more: [("prompt.id", "p1")]), Otlp.Request("r2", more: [("prompt.id", "p1")]), Otlp.Request("r3", more: [("prompt.id", "p2")])));

        Assert.Equal(2, host.Scalar<long>("SELECT sum(count) FROM telemetry_hour_counts WHERE kind = 'conversation'"));
    }

    private static async Task SendAsync(OtlpHost host, bool cumulative, params System.Text.Json.Nodes.JsonObject[] points)
    {
        using var response = await host.PostJsonAsync("metrics", Otlp.Tokens(cumulative, points));
        Assert.Equal("{}", await OtlpHost.TextOfAsync(response));
    }

    private static long Output(OtlpHost host) => host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_hours WHERE source <> 'shadowed'");
}
