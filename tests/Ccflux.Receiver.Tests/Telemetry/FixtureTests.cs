namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What the real client sent is counted exactly, whichever part of it arrives and however often.</summary>
public sealed class FixtureTests
{
    public static TheoryData<string> Runs => ["json-full", "json-cumulative", "json-agent", "json-compact", "json-websearch", "json-denied"];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_EventsOnly_EqualsTheBodies(string run)
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync(run, "logs");

        AssertCounted(run, host);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_MetricsOnly_EqualsTheBodies(string run)
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync(run, "metrics");

        AssertCounted(run, host);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_WholeAndTwice_EqualsTheBodiesOnce(string run)
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync(run);
        await host.ReplayAsync(run);

        AssertCounted(run, host);
        Assert.Equal(FixtureSums.EventsNamed(run, "api_request"), host.Scalar<int>("SELECT sum(requests) FROM telemetry_hours"));
        Assert.Equal(FixtureSums.EventsNamed(run, "tool_result"), host.Scalar<int>("SELECT coalesce(sum(count), 0) FROM telemetry_hour_counts WHERE kind = 'tool'"));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_MetricsBeforeEvents_EqualsTheBodiesOnce(string run)
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync(run, "metrics");
        await host.ReplayAsync(run, "logs");
        await host.ReplayAsync(run, "metrics");

        AssertCounted(run, host);
        Assert.Equal(FixtureSums.OfRequests(run).Values.Sum(sums => sums.Output), host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_hours WHERE source = 'shadowed'"));
    }

    [Fact]
    public async Task ProtobufRun_Whole_EqualsItsOwnMetrics()
    {
        await using var events = await OtlpHost.StartAsync();
        await using var metrics = await OtlpHost.StartAsync();

        await events.ReplayAsync("pb-tools", "logs");
        await metrics.ReplayAsync("pb-tools", "metrics");

        Assert.NotEmpty(events.Counted());
        Assert.Equal(events.Counted(), metrics.Counted());
    }

    [Fact]
    public async Task FailedRequests_OfARun_AreCountedByStatus()
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync("json-529");

        Assert.Equal(["529"], host.Query<string>("SELECT n.name FROM telemetry_hour_counts JOIN telemetry_names n USING (name_id) WHERE kind = 'error'"));
        Assert.Equal(1, host.Scalar<long>("SELECT sum(errors) FROM telemetry_days"));
    }

    private static void AssertCounted(string run, OtlpHost host)
    {
        var expected = FixtureSums.OfRequests(run);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, host.Counted());
        Assert.Equal(expected, host.Counted("telemetry_days"));
    }
}
