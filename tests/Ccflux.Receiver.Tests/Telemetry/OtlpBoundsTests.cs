using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What one telemetry token can take from everyone else is bounded.</summary>
public sealed class OtlpBoundsTests
{
    private const int Limit = 4096 * 1024;

    [Fact]
    public async Task Message_ThatIsAnnouncedAndDoesNotCome_HoldsLittle()
    {
        var budget = new MemoryBudget(new TelemetryOptions());
        using var lease = budget.Open(1);
        var stream = new TricklingStream("{"u8.ToArray());
        using var over = new CancellationTokenSource();

        var reading = OtlpBody.ReadAsync(stream, Limit, OtlpPacking.None, Limit, lease, over.Token).AsTask();
        await stream.Starved;

        Assert.InRange(lease.Held, 1, 64 * 1024);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Message_OfTheLargestSize_IsReadInFull()
    {
        var budget = new MemoryBudget(new TelemetryOptions { MemoryMb = 8 });
        using var lease = budget.Open(1);

        foreach (long? announced in new long?[] { Limit, null })
        {
            using var body = await OtlpBody.ReadAsync(new MemoryStream(new byte[Limit]), announced, OtlpPacking.None, Limit, lease, TestContext.Current.CancellationToken);
            Assert.Null(body.Refusal);
            Assert.Equal(Limit, body.Length);
            lease.TryHold(0);
        }
    }

    [Fact]
    public void User_WhoHoldsAllOneMay_LeavesTheRestToOthers()
    {
        var budget = new MemoryBudget(new TelemetryOptions());
        using MemoryLease alice = budget.Open(1), more = budget.Open(1), bob = budget.Open(2), organisation = budget.Open(null);

        Assert.True(alice.TryHold(16 << 20));
        Assert.False(more.TryHold(1));
        Assert.True(bob.TryHold(16 << 20));
        Assert.True(organisation.TryHold(32 << 20));
        Assert.False(organisation.TryHold((32 << 20) + 1));
        alice.Dispose();
        Assert.True(more.TryHold(16 << 20));
    }

    [Fact]
    public async Task Message_ThatTricklesOn_IsEndedByTheDeadline()
    {
        await using var host = await OtlpHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Receiver.Address.Host, host.Receiver.Address.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OtlpHost.Token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"), TestContext.Current.CancellationToken);

        var answer = new byte[12];
        var reading = socket.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken).AsTask();
        while (!reading.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        await reading;
        Assert.Equal("HTTP/1.1 408", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Records_BeyondTheDaysCap_WaitForTheNextDay_AndOthersAreServed()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_RECORDS_PER_DAY", "3"));
        var (alice, bob) = (await TokenAsync(host, "alice@example.org"), await TokenAsync(host, "bob@example.org"));

        await AssertAsync(200, alice, "a1", "a2");
        await AssertAsync(200, alice, "a1", "a2");
        await AssertAsync(200, alice, "a3");
        using (var refused = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("a4")), alice))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal(ErrorCodes.DailyCap, Wire.Header(refused, ErrorCodes.Header));
            Assert.Equal(TimeSpan.FromHours(12), refused.Headers.RetryAfter!.Delta);
            Assert.Contains("OTLP_RECORDS_PER_DAY", await OtlpHost.TextOfAsync(refused), StringComparison.Ordinal);
        }

        await AssertAsync(200, bob, "b1");
        host.Time.Advance(TimeSpan.FromHours(13));
        await AssertAsync(200, alice, "a4");

        async Task AssertAsync(int status, string token, params string[] requests)
        {
            using var response = await host.PostJsonAsync("logs", Otlp.Logs([.. requests.Select(id => Otlp.Request(id))]), token);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Message_StoredInParts_WaitsTwiceAsLongAsItsLastWriteTook()
    {
        SlowWrite? slow = null;
        await using var host = await OtlpHost.StartAsync((services, time) => services.AddSingleton<ITransactionParticipant>(slow = new SlowWrite(time, TimeSpan.FromSeconds(0.4))));
        var token = await TokenAsync(host, "alice@example.org");
        var begun = host.Time.GetUtcNow();

        var sending = host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(0, 65).Select(index => Otlp.Request($"r{index}"))]), token);
        await slow!.Ended;
        while (await Task.WhenAny(sending, Task.Delay(20, TestContext.Current.CancellationToken)) != sending)
        {
            host.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(65, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
        Assert.InRange(host.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(0.4 + 0.8), TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(40, 80)]
    [InlineData(499, 998)]
    [InlineData(501, 1000)]
    [InlineData(60_000, 1000)]
    public void Pause_IsTwiceTheWrite_UpToASecond(int write, int pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), OtlpIntake.PauseAfter(TimeSpan.FromMilliseconds(write)));

    [Theory]
    [InlineData(false, 64)]
    [InlineData(false, 128)]
    [InlineData(false, 300)]
    [InlineData(true, 1300)]
    public async Task Message_StoredInParts_CountsEachRecordAndEachNameOnce(bool isOfAll, int records)
    {
        await using var host = await OtlpHost.StartAsync();
        var token = isOfAll ? OtlpHost.Token : await TokenAsync(host, "alice@example.org");
        var message = Otlp.Logs([Otlp.Event("not_known_here"), .. Enumerable.Range(0, records).Select(index => Otlp.Request($"r{index}", more: ("input_tokens", 7)))]);

        for (var round = 1; round <= 2; round++)
        {
            using var response = await host.PostJsonAsync("logs", message, token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(records, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
            Assert.Equal(7L * records, host.Scalar<long>("SELECT sum(input_tokens) FROM telemetry_hours WHERE source = 'events'"));
            Assert.Equal(round, host.Scalar<long>("SELECT sum(count) FROM telemetry_seen WHERE kind = 'event'"));
        }
    }

    [Fact]
    public void Parts_OfEventsAndPoints_AreTheWholeInItsOrder()
    {
        var point = new PointRecord(MetricKind.Tokens, IsCumulative: false, 0, 0, 0, 0, 0, 0, 0, default, "", "", "", "");
        var each = new EventRecord(EventKind.UserPrompt, 0, 0, default, 0, "", "", "", "", null, default, null);
        var batch = new TelemetryBatch(
            [.. Enumerable.Range(0, 5).Select(key => each with { Key = key })], [.. Enumerable.Range(0, 4).Select(key => point with { PointKey = key })], [new UnrecognisedName(UnrecognisedNameKind.Event, "x", 1)], 9, 0, null);

        foreach (var most in new[] { 1, 2, 3, 4, 5, 8, 9, 10 })
        {
            var parts = batch.Parts(most).ToList();
            Assert.Equal(batch.Events, parts.SelectMany(part => part.Events));
            Assert.Equal(batch.Points, parts.SelectMany(part => part.Points));
            Assert.All(parts, part => Assert.InRange(part.Weight, 1, most));
            Assert.Equal(batch.Seen, parts[^1].Seen);
            Assert.All(parts.SkipLast(1), part => Assert.Empty(part.Seen));
        }

        Assert.Equal(batch.Seen, Assert.Single(new TelemetryBatch([], [], batch.Seen, 1, 0, null).Parts(4)).Seen);
    }

    /// <summary>Refused messages count too: reading them is what costs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_BeyondTheMinutesLimit_WaitForTheNext_AndOthersAreServed(bool isBroken)
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_MB_PER_MINUTE", "1"));
        var (alice, bob) = (await TokenAsync(host, "alice@example.org"), await TokenAsync(host, "bob@example.org"));
        var large = Otlp.Logs(Otlp.Request("a1", more: ("padding", new string('x', 1 << 20)))) + (isBroken ? "}" : "");

        Assert.Equal(isBroken ? HttpStatusCode.BadRequest : HttpStatusCode.OK, await SendAsync(alice, large));
        using (var refused = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("a2")), alice))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Contains("OTLP_MB_PER_MINUTE", await OtlpHost.TextOfAsync(refused), StringComparison.Ordinal);
            host.Time.Advance(refused.Headers.RetryAfter!.Delta!.Value);
        }

        Assert.Equal(HttpStatusCode.OK, await SendAsync(bob, Otlp.Logs(Otlp.Request("b1"))));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(alice, Otlp.Logs(Otlp.Request("a2"))));

        async Task<HttpStatusCode> SendAsync(string token, string message)
        {
            using var response = await host.PostJsonAsync("logs", message, token);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("input_tokens", 100_000_001L)]
    [InlineData("output_tokens", 100_000_001L)]
    [InlineData("cache_read_tokens", 100_000_001L)]
    [InlineData("cache_creation_tokens", 100_000_001L)]
    [InlineData("cost_usd", 1000.01)]
    public async Task Request_BeyondWhatOneCanUse_IsRefused(string field, object value)
    {
        await using var host = await OtlpHost.StartAsync();
        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1"), Otlp.Request("r2", more: (field, value))));

        Assert.Contains("1 of 2 refused", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude_code.token.usage", 1e10, 1.1e10)]
    [InlineData("claude_code.cost.usage", 1e4, 10_001.0)]
    [InlineData("claude_code.lines_of_code.count", 1e7, 1.1e7)]
    public async Task Point_BeyondWhatOneCanCount_IsRefused(string metric, double most, double tooMuch)
    {
        await using var host = await OtlpHost.StartAsync();
        using var taken = await host.PostJsonAsync("metrics", Otlp.Metric(metric, 1, Otlp.Point(most, Otlp.Noon, Otlp.Noon.AddMinutes(1))));
        using var refused = await host.PostJsonAsync("metrics", Otlp.Metric(metric, 1, Otlp.Point(tooMuch, Otlp.Noon, Otlp.Noon.AddMinutes(2))));

        Assert.Equal("{}", await OtlpHost.TextOfAsync(taken));
        Assert.Contains("1 of 1 refused", await OtlpHost.TextOfAsync(refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""cut \ud83d""", "an emoji cut in half")]
    [InlineData("""\udc00 and \ud800\ud800""", "halves alone")]
    public async Task Record_WithHalfASurrogatePair_IsKeptWithItsMessage(string text, string what)
    {
        await using var host = await OtlpHost.StartAsync();
        var body = Otlp.Logs(Otlp.Request("r1", more: ("prompt", "BROKEN")), Otlp.Request("r2", more: ("model", "BROKEN")), Otlp.Request("r3")).Replace("BROKEN", text, StringComparison.Ordinal);

        using var response = await host.PostJsonAsync("logs", body);

        Assert.True(await OtlpHost.TextOfAsync(response) is "{}", what);
        Assert.Equal(["claude-opus-5-5", "claude-opus-5-5", "other"], host.Query<string>("SELECT n.name FROM telemetry_events e JOIN telemetry_names n ON n.name_id = e.model_id ORDER BY n.name"));
    }

    [Fact]
    public async Task Escapes_InNames_AreRead()
    {
        await using var host = await OtlpHost.StartAsync();
        var body = Otlp.Logs(Otlp.Request("r1", session: "s-ESC", model: "m")).Replace("s-ESC", """\u0073\u002d\u0031\/x""", StringComparison.Ordinal);

        using var response = await host.PostJsonAsync("logs", body);

        Assert.Equal("s-1/x", host.Scalar<string>("SELECT session_id FROM telemetry_sessions WHERE anonymous = 0"));
    }

    [Theory]
    [InlineData("logs", """{"\ud800":1}""")]
    [InlineData("logs", """{"resourceLogs":[{"\udc00\udc00\udc00\udc00":1}]}""")]
    [InlineData("metrics", """{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"\ud800":1}]}]}]}""")]
    public async Task Message_WithHalfASurrogatePairInAFieldsName_IsTakenOr400(string signal, string body)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync(signal, body);

        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{response.StatusCode}");
    }

    private static async Task<string> TokenAsync(OtlpHost host, string email)
    {
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, email, "");
        return (await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, email)).Token!;
    }

    /// <summary>Returns what it has and then nothing more.</summary>
    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _starved = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Starved => _starved.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (await base.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                return read;
            }

            _starved.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    /// <summary>Makes the first write of telemetry take the given time, by the test's clock.</summary>
    private sealed class SlowWrite(ManualTime time, TimeSpan duration) : ITransactionParticipant
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void BeforeCommit(WriteSession session)
        {
            if (!_ended.Task.IsCompleted && session.Scalar("SELECT count(*) FROM telemetry_events") > 0)
            {
                time.Advance(duration);
                _ended.SetResult();
            }
        }

        public void Committed()
        {
        }

        public void Forget()
        {
        }
    }
}
