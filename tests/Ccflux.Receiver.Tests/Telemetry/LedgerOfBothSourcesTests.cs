using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Tests.Usage.Ingest;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The hook and telemetry tell of the same requests: each counts once, whoever reports it first.</summary>
public sealed class LedgerOfBothSourcesTests
{
    private const string Session = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11";
    private const string Id = "req_011CSHoEeqs5C35K2UUqR7Fy";

    private const string Figures = """
        SELECT requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens FROM usage_totals WHERE user_id = 1
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARequestOfBoth_CountsOnce_AndKnowsWhatEachKnows(bool hookFirst)
    {
        await using var both = await Both.StartAsync();
        foreach (var hook in new[] { hookFirst, !hookFirst, true, false })
        {
            await (hook ? both.HookAsync(Key(Id)) : both.EventsAsync(both.Event(Id, ("ttft_ms", 7L), ("query_source", "sdk"))));
        }

        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));
        Assert.Equal(
            [$"{both.HookAt}|3|2|100|7|500000|40|0"],
            both.Rows("SELECT at, provenance & 3, origin, duration_ms, first_token_ms, stated_cost_micros, cache_write_5m_tokens, hidden FROM requests"));
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
        await using var both = await Both.StartAsync();
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
        await using var both = await Both.StartAsync();
        await both.EventsAsync(both.Event("relay-1", session: "another"));
        foreach (var hook in new[] { hookFirst, !hookFirst })
        {
            await (hook ? both.HookAsync(1, RequestFlags.None) : both.EventsAsync(both.Event("relay-1"), both.Event("relay-1", ("event.sequence", 9L)), both.Event(Id)));
        }

        // Of the other session the hook knows nothing.
        Assert.Equal(["1|3", "0|1", "0|2"], both.Rows("SELECT hidden = 3, count(*) FROM requests GROUP BY hidden = 3, provenance & 3 ORDER BY 1 DESC, 2"));
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
        await using var both = await Both.StartAsync();
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
    public async Task WhoIsMerelyClaimed_AndWhatCannotBeTold_AddsNothing()
    {
        await using var both = await Both.StartAsync();

        await both.EventsAsync(both.Event("relay", session: null));
        using var claimed = await both.PostAsync(OtlpHost.Token, both.Event(Id, ("user.email", "amara@example.org")));

        Assert.Equal("{}", await claimed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["0"], both.Rows("SELECT count(*) FROM requests"));
        Assert.Equal(["2"], both.Rows("SELECT count(*) FROM telemetry_events"));
    }

    [Fact]
    public async Task WithoutASession_TheHooksOneHolds()
    {
        await using var both = await Both.StartAsync();
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
        await using var both = await Both.StartAsync();

        await both.EventsAsync([.. Enumerable.Range(0, 70).Select(number => both.Event($"req_number_{number}", ("model", $"claude-invented-{number}")))]);

        Assert.Equal(["65"], both.Rows("SELECT count(*) FROM models"));
        Assert.Equal(["6"], both.Rows("SELECT requests FROM usage_totals JOIN models USING (model_id) WHERE name = 'other'"));
        await both.CheckAsync();
    }

    private static long Key(string id) => LedgerKey.OfRequest(Encoding.UTF8.GetBytes(id));

    /// <summary>A user with a hook and a telemetry token.</summary>
    private sealed class Both : IAsyncDisposable
    {
        private readonly string _access;
        private readonly string _telemetry;

        private Both(Wire wire, string access, string telemetry) => (Wire, _access, _telemetry) = (wire, access, telemetry);

        public Wire Wire { get; }

        /// <summary>A little before the event of the same request.</summary>
        public long HookAt => Wire.Now.AddMinutes(-31).ToUnixTimeMilliseconds();

        public static async Task<Both> StartAsync()
        {
            var wire = await Wire.StartAsync(("OTLP_TOKEN", OtlpHost.Token));
            var access = await wire.SignUpAsync();
            var telemetry = await wire.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, "amara@example.org");
            return new Both(wire, access, telemetry.Token!);
        }

        public JsonObject Event(string id, params (string Key, object Value)[] more) => Event(id, Session, -30, more);

        public JsonObject Event(string id, string? session = Session, int minutes = -30, params (string Key, object Value)[] more) =>
            Otlp.Request(id, session, at: Wire.Now.AddMinutes(minutes), more: more);

        public async Task EventsAsync(params JsonObject[] events)
        {
            using var response = await PostAsync(_telemetry, events);
            Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        public Task<HttpResponseMessage> PostAsync(string token, params JsonObject[] events) => Wire.SendAsync("/v1/logs", token, Encoding.UTF8.GetBytes(Otlp.Logs(events)));

        /// <summary>Reports a request with the figures of <see cref="Event(string, ValueTuple{string, object}[])"/>.</summary>
        public Task HookAsync(long key, RequestFlags flags = RequestFlags.ApiId) => ReportAsync(new ReportedRequest(key, HookAt, -1, 0, flags, RequestOrigin.Main, 10, 20, 30, 40, 0, 0));

        public Task PauseAsync(long from, long? until) => ReportAsync(null, new ReportedPause(from, until));

        public IReadOnlyList<string> Rows(string sql) => Wire.Rows(sql);

        /// <summary>Every sum is a count over the requests, and of the requests those count that should.</summary>
        public async Task CheckAsync()
        {
            using var session = await Wire.Receiver.Service<Storage.Reading.ReadSessions>().OpenAsync(TestContext.Current.CancellationToken);
            Assert.Empty(Receiver.Usage.Ledger.LedgerRecount.Check(session, OrganisationCalendar.Utc, 1));
        }

        public ValueTask DisposeAsync() => Wire.DisposeAsync();

        private async Task ReportAsync(ReportedRequest? request, params ReportedPause[] pauses) => await Wire.AssertStoredAsync(await Wire.ReportAsync(_access, new RequestBatch
        {
            Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64" },
            Models = ["claude-opus-5-5"],
            Sessions = request is { } reported ? [new ReportedSession { SessionId = Session, Entrypoint = "cli", Requests = [reported] }] : [],
            Pauses = pauses,
        }));
    }
}
