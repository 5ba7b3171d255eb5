using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Ccflux.Testing;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using ZstdSharp;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>OpenTelemetry's own exporters, batched as a collector does, against the real program: each record is counted once, and memory stays within the stated bound.</summary>
public sealed class PipelineTests : IDisposable
{
    /// <summary>Stated in docs/telemetry.md.</summary>
    private const long PeakLimit = 640L << 20;

    /// <summary>Several batches; each is about 8 MB, those of 20 000 have shorter records.</summary>
    private const int Records = 40_960;

    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "tests", "otlp");

    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("OTLP_TOKEN", OtlpHost.Token).With("OTLP_RATE_LIMIT_PER_MINUTE", "100000");

    [Theory]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.None, 8_192, 650, false)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.GZip, 8_192, 650, false)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.GZip, 20_000, 60, true)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, OtlpExportCompression.None, 8_192, 650, true)]
    [InlineData(OtlpExportProtocol.Grpc, OtlpExportCompression.None, 8_192, 650, false)]
    [InlineData(OtlpExportProtocol.Grpc, OtlpExportCompression.GZip, 20_000, 60, false)]
    public async Task DotnetExporter_InACollectorsBatches_IsCountedWholeInBoundedMemory(
        OtlpExportProtocol protocol, OtlpExportCompression compression, int batch, int padding, bool byZstd)
    {
        var grpc = _receiver.Listens("OTLP_GRPC_ADDR");
        await _receiver.StartAsync();
        await using var relay = byZstd ? await Relay.StartAsync(_receiver.Address) : null;
        using var wire = new Sizes();
        await using (var services = new ServiceCollection().AddLogging(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("claude-code"));
            options.AddOtlpExporter((exporter, processor) =>
            {
                exporter.Endpoint = protocol == OtlpExportProtocol.Grpc ? grpc : new Uri(relay?.Address ?? _receiver.Address, "/v1/logs");
                exporter.Protocol = protocol;
                exporter.Compression = compression;
                exporter.Headers = $"Authorization=Bearer {OtlpHost.Token}";
                exporter.TimeoutMilliseconds = 60_000;
                exporter.HttpClientFactory = () => new HttpClient(wire, disposeHandler: false);
                processor.BatchExportProcessorOptions.MaxQueueSize = Records;
                processor.BatchExportProcessorOptions.MaxExportBatchSize = batch;
                processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 3_600_000;
                processor.BatchExportProcessorOptions.ExporterTimeoutMilliseconds = 60_000;
            });
        })).BuildServiceProvider())
        {
            var events = services.GetRequiredService<ILoggerFactory>().CreateLogger("com.anthropic.claude_code.events");
            for (var i = 0; i < Records; i++)
            {
                // The exporter sends the state's pairs as the record's attributes.
                KeyValuePair<string, object?>[] state =
                [
                    new("event.name", "api_request"), new("event.sequence", (long)i), new("session.id", $"net-{i % 50}"), new("prompt.id", $"prompt-{i}"),
                    new("request_id", $"req_net{i}"), new("model", "claude-opus-5-5"), new("input_tokens", 3L), new("output_tokens", 7L), new("cost_usd", 0.01),
                    new("duration_ms", 1200L), new("query_source", "repl_main_thread"), new("workspace.host_paths", "/".PadRight(padding, 'p')),
                ];
                events.Log(LogLevel.Information, default, state, null, (_, _) => "claude_code.api_request");
            }

            // A flush may return while the last batch is still being sent.
            Assert.True(services.GetRequiredService<LoggerProvider>().Shutdown(120_000));
        }

        AssertCounted();
        if (compression == OtlpExportCompression.None)
        {
            Assert.InRange(wire.Largest, 7_500_000, 16 << 20);
        }

        Assert.Equal(byZstd ? (Records + batch - 1) / batch : 0, relay?.Recompressed ?? 0);
    }

    [Theory]
    [InlineData("proto", "gzip", 8_192, 450, false)]
    [InlineData("proto", "none", 8_192, 450, true)]
    [InlineData("json", "gzip", 8_192, 10, false)]
    [InlineData("json", "gzip", 8_192, 10, true)]
    [InlineData("grpc", "gzip", 20_000, 10, false)]
    public async Task NodeExporter_InACollectorsBatches_IsCountedWholeInBoundedMemory(string kind, string compression, int batch, int padding, bool byZstd)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(s_folder, "node_modules")), "The packages of tests/otlp are not installed: npm ci --prefix tests/otlp");
        var grpc = _receiver.Listens("OTLP_GRPC_ADDR");
        await _receiver.StartAsync();
        await using var relay = byZstd ? await Relay.StartAsync(_receiver.Address) : null;

        var (exitCode, error) = await SendAsync(new()
        {
            ["KIND"] = kind,
            ["ENDPOINT"] = kind == "grpc" ? grpc.ToString() : new Uri(relay?.Address ?? _receiver.Address, "/v1/logs").ToString(),
            ["TOKEN"] = OtlpHost.Token,
            ["COMPRESSION"] = compression,
            ["RECORDS"] = Records.ToString(CultureInfo.InvariantCulture),
            ["BATCH"] = batch.ToString(CultureInfo.InvariantCulture),
            ["PADDING"] = padding.ToString(CultureInfo.InvariantCulture),
        });

        Assert.Equal((0, ""), (exitCode, error));
        AssertCounted();
        Assert.Equal(byZstd ? (Records + batch - 1) / batch : 0, relay?.Recompressed ?? 0);
    }

    public void Dispose() => _receiver.Dispose();

    private static async Task<(int ExitCode, string Error)> SendAsync(Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("node", ["send.mjs"]) { WorkingDirectory = s_folder, UseShellExecute = false, RedirectStandardError = true };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        using var node = Process.Start(start)!;
        var error = await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (node.ExitCode, error);
    }

    private void AssertCounted()
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        Assert.Equal(Records, connection.ExecuteScalar<long>("SELECT sum(requests) FROM telemetry_days"));
        Assert.Equal(7L * Records, connection.ExecuteScalar<long>("SELECT sum(output_tokens) FROM telemetry_days"));
        Assert.Equal(50, connection.ExecuteScalar<long>("SELECT count(*) FROM telemetry_sessions WHERE anonymous = 0"));
        TestContext.Current.TestOutputHelper?.WriteLine($"peak {_receiver.PeakBytes >> 20} MiB");
        Assert.True(_receiver.PeakBytes < PeakLimit, $"peak: {_receiver.PeakBytes >> 20} MiB");
    }

    /// <summary>Records the size of the largest message as sent.</summary>
    private sealed class Sizes : HttpClientHandler
    {
        public long Largest { get; private set; }

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

        private void Note(HttpRequestMessage request) => Largest = Math.Max(Largest, request.Content?.Headers.ContentLength ?? 0);
    }

    /// <summary>Acts as a collector with <c>compression: zstd</c> between exporter and receiver, since neither exporter supports zstd: it forwards what it receives as zstd.</summary>
    private sealed class Relay : IAsyncDisposable
    {
        private readonly WebApplication _server;
        private readonly HttpClient _client = new();
        private readonly Uri _receiver;
        private int _recompressed;

        private Relay(WebApplication server, Uri receiver)
        {
            _server = server;
            _receiver = receiver;
            server.Run(PassOnAsync);
        }

        public Uri Address => new(_server.Urls.First());

        public int Recompressed => _recompressed;

        public static async Task<Relay> StartAsync(Uri receiver)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null).UseUrls("http://127.0.0.1:0");
            var relay = new Relay(builder.Build(), receiver);
            await relay._server.StartAsync();
            return relay;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _server.DisposeAsync();
        }

        private async Task PassOnAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await using (var sent = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body)
            {
                await sent.CopyToAsync(body, context.RequestAborted);
            }

            using var compressor = new Compressor();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_receiver, context.Request.Path));
            request.Content = new ByteArrayContent(compressor.Wrap(body.GetBuffer().AsSpan(0, (int)body.Length)).ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            request.Content.Headers.ContentEncoding.Add("zstd");
            request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            using var response = await _client.SendAsync(request, context.RequestAborted);
            Interlocked.Increment(ref _recompressed);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
