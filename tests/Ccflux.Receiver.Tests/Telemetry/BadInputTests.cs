using System.IO.Compression;
using System.Net;
using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Whatever is sent, the answer is the one that OTLP specifies, and nothing is disturbed.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("application/json", "{\"resourceLogs\":[{\"scopeLogs\"")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{\"resourceLogs\":[5]}")]
    [InlineData("application/json", "{\"resourceLogs\":\"x\"}")]
    [InlineData("application/json", "{} {}")]
    [InlineData("application/json", "")]
    [InlineData("application/x-protobuf", "not protobuf at all")]
    [InlineData("application/x-protobuf", "\n\u007Fabc")]
    public async Task Body_ThatIsNoOtlp_Is400(string contentType, string body)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostAsync("logs", Encoding.UTF8.GetBytes(body), contentType);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Fixture_CutOffAnywhere_IsTakenOr400AndNever500()
    {
        await using var host = await OtlpHost.StartAsync();
        var body = await OtlpHost.BytesOfAsync(OtlpHost.Fixtures("pb-tools").First(path => OtlpHost.IsOf("metrics", path)));

        for (var length = 0; length < body.Length; length += 37)
        {
            using var response = await host.PostAsync("metrics", body[..length], "application/x-protobuf");
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{length}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("text/plain", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "gzip", HttpStatusCode.BadRequest)]
    public async Task Body_OfAnotherKind_IsRefused(string contentType, string? encoding, HttpStatusCode expected)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostAsync("logs", "{}"u8.ToArray(), contentType, encoding: encoding);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task GzipBomb_IsRefusedAsTooLarge()
    {
        await using var host = await OtlpHost.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 200; i++)
            {
                await gzip.WriteAsync(zeros, TestContext.Current.CancellationToken);
            }
        }

        using var response = await host.PostAsync("logs", packed.ToArray(), "application/x-protobuf", encoding: "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Body_LargerThanAllMemory_IsToldToComeAgain()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_MEMORY_MB", "8"));

        using var response = await host.PostAsync("logs", new byte[10 << 20], "application/x-protobuf");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:01Z", "older than events are kept")]
    [InlineData("2100-01-01T00:00:00Z", "in the future")]
    public async Task Record_FarFromNow_IsRefusedAloneByPartialSuccess(string at, string reason)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1"), Otlp.Request("r2", at: DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture))));

        var answer = await OtlpHost.TextOfAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"rejectedLogRecords\":\"1\"", answer, StringComparison.Ordinal);
        Assert.Contains(reason, answer, StringComparison.Ordinal);
        Assert.Equal(1, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-1")]
    [InlineData("1e300")]
    public async Task Point_WithoutASaneValue_IsRefusedAlone(string value)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("metrics", Otlp.Tokens(false, Otlp.Point(value, Otlp.Noon, Otlp.Noon.AddMinutes(1)), Otlp.Point(7, Otlp.Noon, Otlp.Noon.AddMinutes(2))));

        Assert.Contains("\"rejectedDataPoints\":\"1\"", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
        Assert.Equal(7, host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_days"));
    }

    [Fact]
    public async Task OtherService_IsRefusedByNameAndShownToTheAdmin()
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.LogsOf("checkout", Otlp.Bare(Otlp.Request("r1"))));

        Assert.Contains("service.name checkout is not accepted here", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
        Assert.Equal("checkout", host.Scalar<string>("SELECT name FROM telemetry_seen WHERE kind = 'service'"));
        Assert.Equal(0, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
    }

    [Fact]
    public async Task UnknownNames_AreCountedByNameWithoutTheirValues()
    {
        await using var host = await OtlpHost.StartAsync();

        using var logs = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Event("brand_new"), Otlp.Request("r1", more: [("new_attribute", "a-planted-value")])));
        using var metrics = await host.PostJsonAsync("metrics", Otlp.Metric("claude_code.brand_new", 1, Otlp.Point(1, Otlp.Noon, Otlp.Noon)));

        Assert.Equal("{}", await OtlpHost.TextOfAsync(logs));
        Assert.Equal("{}", await OtlpHost.TextOfAsync(metrics));
        Assert.Equal(
            ["attribute new_attribute", "event brand_new", "metric claude_code.brand_new"],
            host.Query<string>("SELECT kind || ' ' || name FROM telemetry_seen ORDER BY kind"));
        Assert.Equal(1, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
    }

    [Fact]
    public async Task ManyAttributesAndNames_StayWithinTheirBounds()
    {
        await using var host = await OtlpHost.StartAsync();
        var many = Enumerable.Range(0, 20_000).Select(i => ($"name{i}", (object)"v")).ToArray();
        var models = Enumerable.Range(0, 200).Select(i => Otlp.Request($"r{i}", model: $"model-{i}")).ToArray();

        using var attributes = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("wide", more: many)));
        using var names = await host.PostJsonAsync("logs", Otlp.Logs(models));

        Assert.Equal(HttpStatusCode.OK, attributes.StatusCode);
        Assert.Equal(HttpStatusCode.OK, names.StatusCode);
        Assert.Equal(51, host.Scalar<long>("SELECT count(*) FROM telemetry_seen WHERE kind = 'attribute'"));
        Assert.Equal(20_000, host.Scalar<long>("SELECT sum(count) FROM telemetry_seen WHERE kind = 'attribute'"));
        Assert.Equal(65, host.Scalar<long>("SELECT count(DISTINCT model_id) FROM telemetry_days"));
        Assert.Equal(201, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
    }

    [Fact]
    public async Task SessionsBeyondTheCap_AreCountedUnderTheirHour()
    {
        await using var host = await OtlpHost.StartAsync();
        var telemetry = host.Receiver.Service<TelemetryWriter>();
        for (var batch = 0; batch < 5; batch++)
        {
            // As a restart and the hourly clean-up do: the cap must not start over.
            await host.Receiver.Service<GroupCommitWriter>().WriteAsync(session =>
            {
                telemetry.Settle(session);
                return true;
            });
            using var response = await host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(batch * 500, 500).Select(i => Otlp.Request($"r{i}", session: $"s{i}"))]));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2000, host.Scalar<long>("SELECT count(*) FROM telemetry_sessions WHERE anonymous = 0"));
        Assert.Equal(2, host.Scalar<long>("SELECT count(*) FROM telemetry_sessions WHERE anonymous = 1"));
        Assert.Equal(2500, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
        Assert.Equal(500, host.Scalar<long>("SELECT count FROM telemetry_seen WHERE kind = 'capped' AND name = 'session'"));
    }

    [Fact]
    public async Task Message_OfTooManyRecords_KeepsTheFirstAndSaysSo()
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(0, BatchRules.MaxOfCollector + 8).Select(i => Otlp.Event("user_prompt", Otlp.Noon.AddMilliseconds(i)))]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"8 of {BatchRules.MaxOfCollector + 8} refused: a message may contain {BatchRules.MaxOfCollector} records", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
        Assert.Equal(BatchRules.MaxOfCollector, host.Scalar<long>("SELECT sum(count) FROM telemetry_hour_counts WHERE kind = 'prompt'"));
    }

    [Fact]
    public async Task Telemetry_AsMuchAsMayWait_LeavesRoomForReports()
    {
        const int Messages = 60;
        const int Records = 500;
        const int MayWait = 15_000 / Records;
        await using var host = await OtlpHost.StartAsync();
        var writer = host.Receiver.Service<GroupCommitWriter>();
        using var release = new ManualResetEventSlim();
        var holding = writer.WriteAsync(_ => release.Wait(TimeSpan.FromMinutes(1)));
        var posts = Enumerable.Range(0, Messages)
            .Select(message => host.PostJsonAsync("logs", Otlp.Logs([.. Enumerable.Range(0, Records).Select(i => Otlp.Request($"r{message}-{i}"))])))
            .ToList();
        while (posts.Count(post => post.IsCompleted) < Messages - MayWait)
        {
            await Task.WhenAny(posts.Where(post => !post.IsCompleted));
        }

        var report = writer.WriteAsync(_ => true);
        release.Set();

        Assert.Equal(WriteStatus.Committed, (await report).Status);
        Assert.True((await holding).Value);
        var answers = await Task.WhenAll(posts);
        Assert.Equal(MayWait, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(MayWait * Records, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.OK), answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task PlantedContent_IsNowhereInTheDatabase()
    {
        await using var host = await OtlpHost.StartAsync();
        const string Mark = "PLANTED";

        await host.ReplayAsync("json-full");
        await host.ReplayAsync("pb-tools");
        using var response = await host.PostJsonAsync("logs", Otlp.Logs(
            Otlp.Request("r1", more: [("prompt", Mark), ("tool_input", Mark), ("workspace.host_paths", "/home/" + Mark), ("unknown", Mark), ("error", Mark)]),
            Otlp.Event("tool_result", null, ("tool_name", "/home/" + Mark), ("tool_parameters", Mark), ("success", "true")),
            Otlp.Event("user_prompt", null, ("prompt", Mark), ("model", Mark + ": do this!"))));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        foreach (var file in Directory.EnumerateFiles(host.Receiver.Folder, "ccflux.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.All([Mark, "full_command", "echo hi", "proj329", "[[sc:"], planted => Assert.DoesNotContain(planted, text, StringComparison.Ordinal));
        }
    }
}
