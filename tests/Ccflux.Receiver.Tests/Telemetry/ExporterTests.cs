using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>A real exporter delivers with each protocol, and gRPC answers as gRPC.</summary>
public sealed class ExporterTests
{
    public static TheoryData<OtlpExportProtocol, OtlpExportCompression, MetricReaderTemporalityPreference> Ways =>
        new MatrixTheoryData<OtlpExportProtocol, OtlpExportCompression, MetricReaderTemporalityPreference>(
            [OtlpExportProtocol.Grpc, OtlpExportProtocol.HttpProtobuf],
            [OtlpExportCompression.None, OtlpExportCompression.GZip],
            [MetricReaderTemporalityPreference.Cumulative, MetricReaderTemporalityPreference.Delta]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task DotnetExporter_DeliversEachGrowthOnce(OtlpExportProtocol protocol, OtlpExportCompression compression, MetricReaderTemporalityPreference temporality)
    {
        await using var receiver = await StartAsync();
        using var wire = new Encodings();
        using var meter = new Meter("com.anthropic.claude_code." + Guid.NewGuid());
        var tokens = meter.CreateCounter<long>("claude_code.token.usage", "tokens");
        using var provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddService("claude-code"))
            .AddMeter(meter.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, receiver, "metrics", protocol, compression, wire);
                reader.TemporalityPreference = temporality;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 3_600_000;
            })
            .Build();

        for (var i = 0; i < 3; i++)
        {
            tokens.Add(5, new("session.id", "s1"), new("type", "output"), new("model", "claude-opus-5-5"));
            Assert.True(provider.ForceFlush(20_000));
        }

        Assert.Equal(15, Output(receiver));
        Assert.Equal(compression == OtlpExportCompression.GZip ? ["gzip"] : [""], wire.Seen);
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc, OtlpExportCompression.None)]
    [InlineData(OtlpExportProtocol.Grpc, OtlpExportCompression.GZip)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.None)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.GZip)]
    public async Task DotnetExporter_DeliversEachEventOnce(OtlpExportProtocol protocol, OtlpExportCompression compression)
    {
        await using var receiver = await StartAsync();
        using var wire = new Encodings();
        using (var factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("claude-code"));
            options.AddOtlpExporter(exporter => Configure(exporter, receiver, "logs", protocol, compression, wire));
        })))
        {
            var events = factory.CreateLogger("com.anthropic.claude_code.events");
            for (var i = 0; i < 3; i++)
            {
                // The exporter sends the state's pairs as the record's attributes.
                KeyValuePair<string, object?>[] state =
                    [new("event.name", "api_request"), new("session.id", "s1"), new("model", "claude-opus-5-5"), new("request_id", $"req-{i}"), new("output_tokens", 7L)];
                events.Log(LogLevel.Information, default, state, null, (_, _) => "claude_code.api_request");
            }
        }

        Assert.Equal(21, Output(receiver));
        Assert.Equal(compression == OtlpExportCompression.GZip ? ["gzip"] : [""], wire.Seen);
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task DotnetExporter_DeliversWhatTheResourceAndTheRecordState(OtlpExportProtocol protocol)
    {
        await using var receiver = await Hosting.RunningReceiver.StartAsync(
            null, ("OTLP_TOKEN", OtlpHost.Token), ("OTLP_HTTP_ADDR", "127.0.0.1:0"), ("OTLP_GRPC_ADDR", "127.0.0.1:0"), ("TELEMETRY_ATTRIBUTES", "team,cost_center"));
        using var wire = new Encodings();
        using (var factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("claude-code").AddAttributes([new("team", "Daten & Plattform"), new("cost_center", "cc-1")]));
            options.AddOtlpExporter(exporter => Configure(exporter, receiver, "logs", protocol, OtlpExportCompression.None, wire));
        })))
        {
            KeyValuePair<string, object?>[] request =
                [new("event.name", "api_request"), new("session.id", "s1"), new("request_id", "req-1"), new("anthropic.plan", "enterprise"), new("anthropic.seat_type", "usage_based"), new("cost_center", "cc-2")];
            KeyValuePair<string, object?>[] settings = [new("event.name", "managed_settings_resolved"), new("managed_settings.sources", new[] { "remote", "file" })];
            var events = factory.CreateLogger("com.anthropic.claude_code.events");
            events.Log(LogLevel.Information, default, request, null, (_, _) => "claude_code.api_request");
            events.Log(LogLevel.Information, default, settings, null, (_, _) => "claude_code.managed_settings_resolved");
        }

        // The second event has no cost centre attribute of its own: the resource's applies.
        Assert.Equal(
            ["anthropic.plan=enterprise", "anthropic.seat_type=usage_based", "cost_center=cc-1", "cost_center=cc-2", "managed_settings=remote+file", "team=Daten & Plattform"],
            LabelsOf(receiver));
    }

    [Fact]
    public async Task RecordedGrpcRun_PackedAndNot_EqualsItsMetrics()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_GRPC_ADDR", "127.0.0.1:0"));

        foreach (var path in OtlpHost.Fixtures("grpc-tools"))
        {
            var frame = await OtlpHost.BytesOfAsync(path);
            Assert.Equal("0", (await SendAsync(host, OtlpHost.SignalOf(path), frame)).Status);
            Assert.Equal("0", (await SendAsync(host, OtlpHost.SignalOf(path), Pack(frame), encoding: "gzip")).Status);
        }

        var shadowed = host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_hours WHERE source = 'shadowed'");
        Assert.True(shadowed > 0);
        Assert.Equal(shadowed, host.Counted().Values.Sum(sums => sums.Output));
    }

    [Fact]
    public async Task BadGrpc_IsAnsweredWithItsStatus()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_GRPC_ADDR", "127.0.0.1:0"), ("OTLP_MEMORY_MB", "8"));

        Assert.Equal("16", (await SendAsync(host, "logs", [0, 0, 0, 0, 0], token: "wrong")).Status);
        Assert.Equal("3", (await SendAsync(host, "logs", [0, 0])).Status);
        Assert.Equal("3", (await SendAsync(host, "logs", [0, 0, 0, 0, 9, 1])).Status);
        Assert.Equal("3", (await SendAsync(host, "logs", [0, 0, 0, 0, 2, 10, 127])).Status);
        Assert.Equal("12", (await SendAsync(host, "logs", [1, 0, 0, 0, 0], encoding: "br")).Status);
        Assert.Equal("8", (await SendAsync(host, "logs", [0, 255, 255, 255, 255])).Status);
        Assert.Equal("12", (await SendAsync(host, "nothing", [0, 0, 0, 0, 0])).Status);
        var busy = await SendAsync(host, "logs", [0, 0, 160, 0, 0, .. new byte[10 << 20]]);
        Assert.Equal("14", busy.Status);
        Assert.Contains("RetryInfo", System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(Padded(busy.Details!))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtlpPort_ShowsNoPage()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_HTTP_ADDR", "127.0.0.1:0"));
        using var client = new HttpClient { BaseAddress = host.Receiver.Addresses[1] };

        using var page = await client.GetAsync(new Uri("/admin/", UriKind.Relative), TestContext.Current.CancellationToken);
        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, health.StatusCode);
    }

    private static Task<Hosting.RunningReceiver> StartAsync() =>
        Hosting.RunningReceiver.StartAsync(null, ("OTLP_TOKEN", OtlpHost.Token), ("OTLP_HTTP_ADDR", "127.0.0.1:0"), ("OTLP_GRPC_ADDR", "127.0.0.1:0"));

    private static void Configure(
        OtlpExporterOptions exporter, Hosting.RunningReceiver receiver, string signal, OtlpExportProtocol protocol, OtlpExportCompression compression, Encodings wire)
    {
        exporter.Endpoint = protocol == OtlpExportProtocol.Grpc ? receiver.Addresses[2] : new Uri(receiver.Addresses[1], "/v1/" + signal);
        exporter.Protocol = protocol;
        exporter.Compression = compression;
        exporter.Headers = $"Authorization=Bearer {OtlpHost.Token}";
        exporter.HttpClientFactory = () => new HttpClient(wire, disposeHandler: false);
    }

    private static IEnumerable<string> LabelsOf(Hosting.RunningReceiver receiver)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return Dapper.SqlMapper.Query<string>(connection, "SELECT name || '=' || value FROM telemetry_labels ORDER BY 1");
    }

    private static long Output(Hosting.RunningReceiver receiver)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return Dapper.SqlMapper.ExecuteScalar<long>(connection, "SELECT sum(output_tokens) FROM telemetry_hours");
    }

    private static async Task<(string? Status, string? Details)> SendAsync(OtlpHost host, string signal, byte[] frame, string token = OtlpHost.Token, string? encoding = null)
    {
        using var client = new HttpClient();
        var service = signal switch { "logs" => "logs.v1.LogsService", "metrics" => "metrics.v1.MetricsService", "traces" => "trace.v1.TraceService", _ => "nothing.v1.Nothing" };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Receiver.Addresses[^1], $"/opentelemetry.proto.collector.{service}/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        return (Header("grpc-status"), Header("grpc-message") is null ? null : Header("grpc-status-details-bin"));

        string? Header(string name) => response.TrailingHeaders.TryGetValues(name, out var values) ? values.Single() : null;
    }

    private static byte[] Pack(byte[] frame)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(frame.AsSpan(5));
        }

        var result = new byte[5 + packed.Length];
        result[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(1), (int)packed.Length);
        packed.ToArray().CopyTo(result, 5);
        return result;
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');

    /// <summary>Records how the exporter compressed its messages, from the header of its protocol.</summary>
    private sealed class Encodings() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);

        public IEnumerable<string> Seen => _seen.Keys;

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Note(request);
            return base.Send(request, cancellationToken);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Note(request);
            return base.SendAsync(request, cancellationToken);
        }

        private void Note(HttpRequestMessage request) => _seen.TryAdd(
            request.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : string.Join(',', request.Content!.Headers.ContentEncoding), 0);
    }
}
