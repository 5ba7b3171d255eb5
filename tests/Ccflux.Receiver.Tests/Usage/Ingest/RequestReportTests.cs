using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>Reports of schema 3 over HTTP, from a client's bytes to rows.</summary>
public sealed class RequestReportTests
{
    private const string Session = "4b1f0c2e-8d3a-4c55-9d0e-6f7a8b9c0d11";

    [Fact]
    public async Task AReport_IsStoredOnce_HoweverOftenItComes()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var batch = Batch(wire, 3);

        Assert.Equal((4, 0), await AcknowledgedAsync(wire, access, batch));
        Assert.Equal((0, 4), await AcknowledgedAsync(wire, access, batch));

        Assert.Equal(["3|30|3000"], wire.Rows("SELECT requests, input_tokens, output_tokens FROM usage_hours"));
        Assert.Equal([$"{Session}|cli|3"], wire.Rows("SELECT session_id, entrypoint, requests FROM sessions"));
        Assert.Equal(["completed"], wire.Rows("SELECT outcome FROM turns"));
        Assert.Equal(["1.0.0|linux-x86_64"], wire.Rows("SELECT plugin_version, platform FROM users"));
    }

    [Fact]
    public async Task AnArrayThatIsLongerThanKnown_AndFieldsThatAreUnknown_AreRead()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var at = wire.Now.ToUnixTimeMilliseconds() - 1000;

        using var response = await SendAsync(wire, access, $$"""
            {"schema_version":3,"client":{"name":"ccflux","version":"9","colour":"red"},"models":["m"],"seats":{},
             "sessions":[{"session_id":"s","requests":[["00000000000000ff",{{at}},-1,0,16,99,1,2,3,4,5,6,"later",[7],{"and":8}]],"note":1}]}
            """);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["255|1|2|3|4|5|6|0"], wire.Rows(
            "SELECT request_key, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches, origin FROM requests"));
    }

    [Theory]
    [InlineData("""["00000000000000ff",AT,-1,1,0,0,1,1,0,0,0,0]""", "sessions[0].requests[0].model")]
    [InlineData("""["00000000000000ff",AT,0,0,0,0,1,1,0,0,0,0]""", "sessions[0].requests[0].turn")]
    [InlineData("""["00000000000000ff",1,-1,0,0,0,1,1,0,0,0,0]""", "sessions[0].requests[0].at")]
    [InlineData("""["00000000000000ff",AT,-1,0,0,0,-1,1,0,0,0,0]""", "sessions[0].requests[0].tokens: from 0 to 1000000000")]
    [InlineData("""["00000000000000ff",AT,-1,0,0,0,1,1000000001,0,0,0,0]""", "sessions[0].requests[0].tokens: from 0 to 1000000000")]
    [InlineData("""["00000000000000ff",AT,-1,0,0,0,1,1,0,0,0,1000001]""", "sessions[0].requests[0].web_searches")]
    [InlineData("""["0000000000000000",AT,-1,0,0,0,1,1,0,0,0,0]""", "$.sessions[0].requests[0]")]
    [InlineData("""["ff",AT,-1,0,0,0,1,1,0,0,0,0]""", "$.sessions[0].requests[0]")]
    [InlineData("""["00000000000000ff",AT,-1,0,0,0,1,1.5,0,0,0,0]""", "$.sessions[0].requests[0]")]
    [InlineData("""["00000000000000ff",AT,-1]""", "$.sessions[0].requests[0]")]
    [InlineData("""{"key":1}""", "$.sessions[0].requests[0]")]
    [InlineData("null", "$.sessions[0].requests[0]")]
    public async Task ABadRequest_IsRefused_WithItsPlaceAndTheLimit(string request, string expected)
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var at = wire.Now.ToUnixTimeMilliseconds() - 1000;

        using var response = await SendAsync(wire, access, $$"""
            {"schema_version":3,"client":{"name":"ccflux","version":"1"},"models":["m"],"sessions":[{"session_id":"s","requests":[{{request.Replace("AT", $"{at}", StringComparison.Ordinal)}}]}]}
            """);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(["0"], wire.Rows("SELECT count(*) FROM requests"));
    }

    [Theory]
    [InlineData("""{"schema_version":3,"client":null,"models":[],"sessions":[]}""", "client: missing")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":["a\u0007"],"sessions":[{"session_id":"s"}]}""", "models[0]")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[]}""", "sessions")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[null]}""", "sessions[0]")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[{"session_id":""}]}""", "sessions[0].session_id")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[{"session_id":"s","turns":[{"key":"0000000000000001","started":1,"ended":2,"outcome":"completed"}]}]}""", "sessions[0].turns[0].started")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[{"session_id":"s","turns":[{"key":"0000000000000001","started":1795000000000,"ended":1794000000000,"outcome":"completed"}]}]}""", "sessions[0].turns[0].ended")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[{"session_id":"s","turns":[{"key":"0000000000000001","started":1795000000000,"ended":1795000000000,"outcome":"so so"}]}]}""", "sessions[0].turns[0].outcome")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[{"session_id":"s","limit_events":[{"at":1}]}]}""", "sessions[0].limit_events[0].at")]
    [InlineData("""{"schema_version":3,"client":{"name":"c","version":"1"},"models":[],"sessions":[],"pauses":[{"from":1795000000000,"until":1}]}""", "pauses")]
    public async Task ABadReport_IsRefused_WithTheField(string body, string expected)
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        using var response = await SendAsync(wire, access, body);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATimeInTheFuture_IsRefused()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var batch = Batch(wire, 1);
        var late = batch.Sessions[0].Requests[0] with { At = wire.Now.AddMinutes(6).ToUnixTimeMilliseconds() };

        using var response = await ReportAsync(wire, access, batch with { Sessions = [batch.Sessions[0] with { Requests = [late] }] });

        Assert.Equal(ErrorCodes.FutureTurns, response.Headers.GetValues(ErrorCodes.Header).Single());
    }

    [Fact]
    public async Task TheDaysCap_CountsWhatIsNew_AndHistoryHasItsOwn()
    {
        await using var wire = await Wire.StartAsync(("MAX_REQUESTS_PER_DAY", "5"), ("MAX_BACKFILL_REQUESTS_PER_DAY", "4"));
        var access = await wire.SignUpAsync();
        var first = Batch(wire, 3);
        Assert.Equal((4, 0), await AcknowledgedAsync(wire, access, first));

        using (var refused = await ReportAsync(wire, access, Batch(wire, 5)))
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.Equal(ErrorCodes.DailyCap, refused.Headers.GetValues(ErrorCodes.Header).Single());
        }

        // Known already, so that no cap holds it up; and one more fits.
        Assert.Equal((0, 4), await AcknowledgedAsync(wire, access, first));
        Assert.Equal((1, 4), await AcknowledgedAsync(wire, access, Batch(wire, 4)));

        Assert.Equal((3, 5), await AcknowledgedAsync(wire, access, Batch(wire, 7) with { Backfill = true }));
        using (var refused = await ReportAsync(wire, access, Batch(wire, 9) with { Backfill = true }))
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.Equal(ErrorCodes.BackfillCap, refused.Headers.GetValues(ErrorCodes.Header).Single());
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }

        Assert.Equal(["7"], wire.Rows("SELECT count(*) FROM requests"));
        wire.Time.Advance(TimeSpan.FromDays(1));
        access = await wire.SignUpAsync("second@example.org");
        Assert.Equal((5, 0), await AcknowledgedAsync(wire, access, Batch(wire, 4)));
    }

    [Fact]
    public async Task LimitsAndPauses_AreStored()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var at = wire.Now.ToUnixTimeMilliseconds() - 60_000;
        var batch = Batch(wire, 1);
        var session = batch.Sessions[0] with { LimitEvents = [new ReportedLimit { Turn = 0, At = at, Window = "five_hour", ResetsAt = at + 3_600_000, Final = true }] };

        Assert.Equal((2, 0), await AcknowledgedAsync(wire, access, batch with { Sessions = [session], Pauses = [new ReportedPause(at - 10, null)] }));
        Assert.Equal((0, 2), await AcknowledgedAsync(wire, access, batch with { Sessions = [session], Pauses = [new ReportedPause(at - 10, at)] }));

        Assert.Equal(["five_hour|1"], wire.Rows("SELECT window_name, final FROM limit_events"));
        Assert.Equal([$"{at - 10}|{at}"], wire.Rows("SELECT from_at, until_at FROM report_pauses"));
    }

    private static RequestBatch Batch(Wire wire, int requests)
    {
        var at = wire.Now.ToUnixTimeMilliseconds() - 3_600_000;
        at -= at % 3_600_000;
        return new RequestBatch
        {
            Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64" },
            Models = ["claude-sonnet-5-5"],
            Sessions =
            [
                new ReportedSession
                {
                    SessionId = Session,
                    Entrypoint = "cli",
                    Turns = [new ReportedTurn { Key = 9, Prompts = ["00000000000000aa"], Started = at, Ended = at + 60_000, Outcome = TurnOutcome.Completed }],
                    Requests = [.. Enumerable.Range(1, requests).Select(key => new ReportedRequest(key, at + key, 0, 0, RequestFlags.Split, RequestOrigin.Main, 10, 1000, 0, 0, 0, 0))],
                },
            ],
        };
    }

    private static async Task<(int Accepted, int Unchanged)> AcknowledgedAsync(Wire wire, string access, RequestBatch batch)
    {
        using var response = await ReportAsync(wire, access, batch);
        Assert.Equal(200, (int)response.StatusCode);
        var reply = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), UsageJson.Default.ReportReply)!;
        return (reply.Accepted, reply.Unchanged);
    }

    private static Task<HttpResponseMessage> ReportAsync(Wire wire, string access, RequestBatch batch) =>
        wire.SendAsync(Routes.Report, access, JsonSerializer.SerializeToUtf8Bytes(batch, UsageJson.Default.RequestBatch));

    private static Task<HttpResponseMessage> SendAsync(Wire wire, string access, string body) => wire.SendAsync(Routes.Report, access, Encoding.UTF8.GetBytes(body));
}
