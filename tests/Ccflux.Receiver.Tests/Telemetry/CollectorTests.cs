using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ZstdSharp;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What may be between the client and the receiver: collectors, gateways, other names, other clouds.</summary>
public sealed class CollectorTests
{
    private const string Scope = "com.anthropic.claude_code.events";
    private const string Output = "SELECT sum(output_tokens) FROM telemetry_days";

    [Theory]
    [InlineData(8192, null)]
    [InlineData(9000, "gzip")]
    [InlineData(20_000, "zstd")]
    public async Task Batch_OfACollectorsSize_IsCountedWhole(int records, string? encoding)
    {
        await using var host = await OtlpHost.StartAsync();
        var body = Encoding.UTF8.GetBytes(Otlp.Logs([.. Enumerable.Range(0, records).Select(i => Otlp.Request($"r{i}", at: Otlp.Noon.AddMilliseconds(i)))]));

        using var response = await host.PostAsync("logs", Packed(body, encoding), "application/json", encoding: encoding);

        Assert.Equal("{}", await OtlpHost.TextOfAsync(response));
        Assert.InRange(body.Length, 4 << 20, 16 << 20);
        Assert.Equal(records, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
    }

    [Fact]
    public async Task Message_OfZstd_ThatLooksBackTooFarOrIsDamaged_IsRefusedInWords()
    {
        await using var host = await OtlpHost.StartAsync();
        var body = Encoding.UTF8.GetBytes(Otlp.Logs(Otlp.Request("r1")));
        var far = Streamed(new byte[200 << 20], windowLog: 27);

        foreach (var bad in new[] { far, Packed(body, "zstd")[..^4], Encoding.UTF8.GetBytes("no zstd") })
        {
            using var response = await host.PostAsync("logs", bad, "application/json", encoding: "zstd");
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
        }

        using var good = await host.PostAsync("logs", Packed(body, "zstd"), "application/json", encoding: "zstd");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Services_ThatUsersRename_AreKnownByTheirScopeOrTheirRecords()
    {
        await using var host = await OtlpHost.StartAsync();

        await TakenAsync(host, "logs", Otlp.LogsOf([("service.name", "support-triage-agent")], Scope, Otlp.Bare(Otlp.Request("r1"))));
        await TakenAsync(host, "logs", Otlp.LogsOf("another-name", Otlp.Request("r2")));
        await TakenAsync(host, "logs", Otlp.LogsOf([("service.name", "cowork")], "", Otlp.Bare(Otlp.Request("r3"))));
        await TakenAsync(host, "metrics", Otlp.MetricOf([("service.name", "triage")], "claude_code.token.usage", 1, Otlp.Point(7, Otlp.Noon, Otlp.Noon.AddMinutes(1), "s2")));
        using var other = await host.PostJsonAsync("logs", Otlp.LogsOf("nginx", Otlp.Bare(Otlp.Request("r4"))));

        Assert.Equal((3 * 20) + 7, host.Scalar<long>(Output));
        Assert.Contains("service.name nginx is not accepted here", await OtlpHost.TextOfAsync(other), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jdoe@example.org", null, "jdoe@example.org")]
    [InlineData("jdoe@example.org", "real@example.org", "real@example.org")]
    [InlineData("jdoe", null, "install-1")]
    public async Task EndUserId_NamesThePersonWhereNoMailDoes(string endUser, string? mail, string name)
    {
        await using var host = await OtlpHost.StartAsync();
        (string, object)[] who = mail is null ? [] : [("user.email", mail)];

        await TakenAsync(host, "logs", Otlp.LogsOf([("service.name", "claude-code"), ("enduser.id", endUser)], Scope, Otlp.Request("r1", more: who)));

        Assert.Equal(name, host.Scalar<string>("SELECT name FROM telemetry_subjects JOIN telemetry_days USING (subject_id)"));
    }

    [Fact]
    public async Task Models_OfGateways_KeepTheirNames()
    {
        await using var host = await OtlpHost.StartAsync();
        string[] models = ["openrouter,anthropic/claude-opus-5.5", "claude-opus-5-5(high)", "Claude Sonnet 5", "~anthropic/claude-latest"];

        await TakenAsync(host, "logs", Otlp.Logs([.. models.Select((model, i) => Otlp.Request($"r{i}", model: model)), Otlp.Request("p", model: "/home/dev/models/x"), Otlp.Request("h", model: "~/models/x")]));

        Assert.Equal(
            string.Join('|', models.Append("other").Order(StringComparer.Ordinal)),
            host.Scalar<string>("SELECT group_concat(name, '|') FROM (SELECT DISTINCT name FROM telemetry_days JOIN telemetry_names ON name_id = model_id ORDER BY name)"));
        Assert.Equal(6, host.Scalar<long>("SELECT sum(requests) FROM telemetry_days"));
    }

    [Fact]
    public async Task AgentsDashboard_IsNoSession()
    {
        await using var host = await OtlpHost.StartAsync();

        await TakenAsync(host, "metrics", Otlp.Metric(
            "claude_code.session.count", 1, Started("dash-1", "agents_view"), Started("real-1", "fresh")));

        Assert.Equal("real-1", host.Scalar<string>("SELECT group_concat(session_id) FROM telemetry_sessions"));

        static JsonObject Started(string session, string type) => Otlp.Point(1, Otlp.Noon, Otlp.Noon.AddMinutes(1), session, ("start_type", type));
    }

    [Theory]
    [InlineData("input_tokens", "1500.0", 1500)]
    [InlineData("input_tokens", "2e3", 2000)]
    [InlineData("input_tokens", "", 0)]
    public async Task Figures_WrittenAsText_Count(string key, string text, long tokens)
    {
        await using var host = await OtlpHost.StartAsync();

        await TakenAsync(host, "logs", Otlp.Logs(Otlp.Request("r1", more: (key, text))));

        Assert.Equal(tokens, host.Scalar<long>("SELECT sum(input_tokens) FROM telemetry_days"));
    }

    [Theory]
    [InlineData("input_tokens", "many")]
    [InlineData("cost_usd", "free")]
    [InlineData("duration_ms", "1 s")]
    public async Task Figures_ThatAreNone_RefuseTheirRecord(string key, string text)
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", more: (key, text)), Otlp.Request("r2")));

        Assert.Contains("1 of 2 refused", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
        Assert.Equal(20, host.Scalar<long>(Output));
    }

    [Fact]
    public async Task Flags_AreTakenInAnyCase()
    {
        await using var host = await OtlpHost.StartAsync();

        await TakenAsync(host, "logs", Otlp.Logs(
            Otlp.Event("tool_result", null, ("tool_name", "Bash"), ("success", "True"), ("event.sequence", 1L)), Otlp.Event("tool_result", null, ("tool_name", "Bash"), ("success", "False"), ("event.sequence", 2L))));

        Assert.Equal("failure|success", host.Scalar<string>("SELECT group_concat(name, '|') FROM (SELECT names.name FROM telemetry_hour_counts AS counts JOIN telemetry_names AS names ON names.name_id = counts.detail_id WHERE kind = 'tool' ORDER BY name)"));
    }

    [Fact]
    public async Task Attributes_ThatACollectorAddsLate_MakeNoOtherStream()
    {
        await using var host = await OtlpHost.StartAsync();
        (string, object) service = ("service.name", "claude-code");

        for (var minute = 1; minute <= 3; minute++)
        {
            (string, object)[] resource = minute == 2 ? [service, ("k8s.pod.name", "pod-1"), ("host.name", "node-1")] : [service];
            await TakenAsync(host, "metrics", Otlp.MetricOf(resource, "claude_code.token.usage", 2, Otlp.Point(100 + (100 * minute), Otlp.Noon, Otlp.Noon.AddMinutes(minute))));
        }

        Assert.Equal(400, host.Scalar<long>(Output));
    }

    [Theory]
    [InlineData("/", "application/json")]
    [InlineData("/otlp/v1/logs", "application/json")]
    [InlineData("/api/otlp/v1/metrics/", "application/json")]
    [InlineData("/anything", "application/x-protobuf")]
    public async Task WrongPath_IsAnsweredWithTheRightOnes(string path, string type)
    {
        await using var host = await OtlpHost.StartAsync();
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using var response = await host.Receiver.Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("/v1/logs, /v1/metrics and /v1/traces", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
    }

    private static async Task TakenAsync(OtlpHost host, string signal, string json)
    {
        using var response = await host.PostJsonAsync(signal, json);
        Assert.Equal("{}", await OtlpHost.TextOfAsync(response));
    }

    private static byte[] Packed(byte[] body, string? encoding)
    {
        switch (encoding)
        {
            case "gzip":
                using (var packed = new MemoryStream())
                {
                    using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
                    {
                        gzip.Write(body);
                    }

                    return packed.ToArray();
                }

            case "zstd":
                using (var compressor = new Compressor())
                {
                    return compressor.Wrap(body).ToArray();
                }

            default:
                return body;
        }
    }

    private static byte[] Streamed(byte[] body, int windowLog)
    {
        using var packed = new MemoryStream();
        using (var zstd = new CompressionStream(packed, leaveOpen: true))
        {
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_windowLog, windowLog);
            zstd.Write(body);
        }

        return packed.ToArray();
    }
}
