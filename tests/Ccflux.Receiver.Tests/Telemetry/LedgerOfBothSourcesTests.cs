using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The hook and telemetry tell of the same requests: each counts once, whoever reports it first.</summary>
public sealed class LedgerOfBothSourcesTests
{
    private const string Session = BothSources.Session;
    private const string Id = "req_011CSHoEeqs5C35K2UUqR7Fy";

    private const string Figures = """
        SELECT requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens FROM usage_totals WHERE user_id = 1
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARequestOfBoth_CountsOnce_AndKnowsWhatEachKnows(bool hookFirst)
    {
        await using var both = await BothSources.StartAsync();
        foreach (var hook in new[] { hookFirst, !hookFirst, true, false })
        {
            await (hook ? both.HookAsync(Key(Id)) : both.EventsAsync(both.Event(Id, ("ttft_ms", 7L), ("query_source", "sdk"))));
        }

        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));
        Assert.Equal(
            [$"{both.HookAt}|3|2|100|7|500000000|40|0"],
            both.Rows("SELECT at, provenance & 3, origin, duration_ms, first_token_ms, stated_cost_nanos, cache_write_5m_tokens, hidden FROM requests"));
        Assert.Equal([$"{Session}|cli|1"], both.Rows("SELECT session_id, entrypoint, requests FROM sessions"));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData("compact", RequestOrigin.Compaction)]
    [InlineData("web_search_tool", RequestOrigin.WebSearch)]
    [InlineData("repl_main_thread", RequestOrigin.Main)]
    [InlineData("agent:builtin:Explore", RequestOrigin.Subagent)]
    [InlineData("generate_session_title", RequestOrigin.Auxiliary)]
    public async Task WhatTranscriptsLeaveOut_CountsToo_WithItsOrigin(string source, RequestOrigin origin)
    {
        await using var both = await BothSources.StartAsync();
        await both.HookAsync(Key("req_of_the_hook"));

        await both.EventsAsync(both.Event(Id, ("query_source", source), ("cache_creation_5m_tokens", 30L), ("cache_creation_1h_tokens", 10L), ("speed", "fast")));

        Assert.Equal(["2"], both.Rows("SELECT CAST(sum(requests) AS INTEGER) FROM usage_totals"));
        Assert.Equal([$"{(int)origin}|30|10|4"], both.Rows("SELECT origin, cache_write_5m_tokens, cache_write_1h_tokens, price_class FROM requests WHERE provenance & 3 = 1"));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutTheApisIds_TheHooksRequestsCount_AndTelemetrysAreKeptForComparison(bool hookFirst)
    {
        await using var both = await BothSources.StartAsync();
        await both.EventsAsync(both.Event("relay-1", session: "another"));
        foreach (var hook in new[] { hookFirst, !hookFirst })
        {
            await (hook ? both.HookAsync(1, RequestFlags.None) : both.EventsAsync(both.Event("relay-1"), both.Event("relay-1", ("event.sequence", 9L)), both.Event(Id)));
        }

        // Of the other session the hook knows nothing.
        Assert.Equal(["1|3", "0|1", "0|1"], both.Rows("SELECT hidden = 3, count(*) FROM requests GROUP BY hidden = 3, provenance & 3 ORDER BY 1 DESC, 2"));
        Assert.Equal(["2|20|40|60|80"], both.Rows(Figures));
        await both.CheckAsync();

        // The hook tells of one of them after all.
        await both.HookAsync(Key(Id));
        Assert.Equal(["3|30|60|90|120"], both.Rows(Figures));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhileReportingWasPaused_TelemetryDoesNotCount(bool pauseFirst)
    {
        await using var both = await BothSources.StartAsync();
        var at = both.Wire.Now.AddMinutes(-30).ToUnixTimeMilliseconds();
        foreach (var pause in new[] { pauseFirst, !pauseFirst })
        {
            await (pause ? both.PauseAsync(at - 60_000, null) : both.EventsAsync(both.Event(Id), both.Event("req_earlier", minutes: -40)));
        }

        Assert.Equal(["0|10", "4|10"], both.Rows("SELECT hidden, input_tokens FROM requests ORDER BY hidden"));
        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));
        await both.CheckAsync();

        // It had ended before the request.
        await both.PauseAsync(at - 60_000, at - 1);
        Assert.Equal(["2|20|40|60|80"], both.Rows(Figures));
        await both.CheckAsync();
    }

    [Fact]
    public async Task WhatCannotBeTold_AddsNothing()
    {
        await using var both = await BothSources.StartAsync();

        await both.EventsAsync(both.Event("relay", session: null));

        Assert.Equal(["0"], both.Rows("SELECT count(*) FROM requests"));
        Assert.Equal(["1"], both.Rows("SELECT count(*) FROM telemetry_events"));
    }

    [Fact]
    public async Task WithoutASession_TheHooksOneHolds()
    {
        await using var both = await BothSources.StartAsync();
        await both.EventsAsync(both.Event(Id, session: null));
        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));

        await both.HookAsync(Key(Id));

        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));
        Assert.Equal(["1"], both.Rows("SELECT requests FROM sessions"));
        await both.CheckAsync();
    }

    [Fact]
    public async Task ADaysNewModels_AreCappedForTheLedgerToo()
    {
        await using var both = await BothSources.StartAsync();

        await both.EventsAsync([.. Enumerable.Range(0, 70).Select(number => both.Event($"req_number_{number}", ("model", $"claude-invented-{number}")))]);

        Assert.Equal(["65"], both.Rows("SELECT count(*) FROM models"));
        Assert.Equal(["6"], both.Rows("SELECT requests FROM usage_totals JOIN models USING (model_id) WHERE name = 'other'"));
        await both.CheckAsync();
    }

    private static long Key(string id) => BothSources.Key(id);
}
