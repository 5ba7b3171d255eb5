using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using SqliteDatabase = Ccflux.Storage.Sqlite.SqliteDatabase;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The real program under hostile telemetry, all of it at once: its peak memory by the kernel's accounting, and whether others are served meanwhile.</summary>
public sealed class FloodTests : IDisposable
{
    /// <summary>Stated in docs/telemetry.md.</summary>
    private const long PeakLimit = 640L << 20;

    private const string Access = "atok_of_the_flood_test";
    private const int Sessions = 1_000_000;
    private const int PointsABatch = 8_000;
    private const int Attributes = 1_000_000;
    private const int AtOnce = 8;

    private static readonly DateTimeOffset s_start = new(DateTimeOffset.UtcNow.Date.AddDays(-1).AddHours(12), TimeSpan.Zero);

    private readonly DeviceKey _device = new();
    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("OTLP_TOKEN", OtlpHost.Token).With("OTLP_COLLECTOR_BODY_LIMIT_KB", "32768").With("RATE_LIMIT_PER_MINUTE", "100000");
    private readonly HttpClient _client = new();

    [Fact]
    public async Task Receiver_Flooded_StaysWithinItsMemoryAndServesEverybodyElse()
    {
        Prepare();
        await _receiver.StartAsync();
        using var over = new CancellationTokenSource();
        var others = ServeOthersAsync(over.Token);

        Note("at rest");
        var wide = Record(Attributes);
        await AllAtOnceAsync(wide, "application/x-protobuf", null, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        Note("a million attributes");
        await AllAtOnceAsync(Pack(wide), "application/x-protobuf", "gzip", HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        Note("the same packed");
        await AllAtOnceAsync(Pack(new byte[400 << 20]), "application/x-protobuf", "gzip", HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.ServiceUnavailable);
        Note("400 MiB of zeros packed");
        await AllAtOnceAsync(TinyRecords(1_000_000), "application/x-protobuf", null, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        Note("a million records");
        await AllAtOnceAsync(Pack(Senders(200_000)), "application/x-protobuf", "gzip", HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        Note("200 000 senders");
        await AllAtOnceAsync(wide[..^7], "application/x-protobuf", null, HttpStatusCode.BadRequest, HttpStatusCode.ServiceUnavailable);
        await Task.WhenAll(SendSessionsAsync(0), SendSessionsAsync(1));
        Note("a million sessions");

        await over.CancelAsync();
        var (answered, slowest) = await others;
        Assert.True(answered > 20, $"only {answered} reports and health checks were answered meanwhile");
        TestContext.Current.TestOutputHelper?.WriteLine($"the slowest of {answered} reports and health checks took {slowest}");
        Assert.True(_receiver.PeakBytes < PeakLimit, $"peak: {_receiver.PeakBytes >> 20} MiB");
        AssertCounted();
    }

    public void Dispose()
    {
        _client.Dispose();
        _receiver.Dispose();
    }

    private void Note(string what) => TestContext.Current.TestOutputHelper!.WriteLine($"peak {_receiver.PeakBytes >> 20} MiB after {what}");

    /// <summary>Asserts that every point was counted; sessions above the cap under their hour.</summary>
    private void AssertCounted()
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        Assert.Equal(Sessions, connection.ExecuteScalar<long>("SELECT count(*) FROM telemetry_points"));
        Assert.Equal(Sessions, connection.ExecuteScalar<long>("SELECT sum(output_tokens) FROM telemetry_hours WHERE source = 'metrics'"));
        Assert.Equal(TelemetrySessionCache.MaxNewPerDay, connection.ExecuteScalar<long>("SELECT count(*) FROM telemetry_sessions WHERE anonymous = 0 AND session_id LIKE 'flood-%'"));
        Assert.Equal(Sessions - TelemetrySessionCache.MaxNewPerDay, connection.ExecuteScalar<long>("SELECT count FROM telemetry_seen WHERE kind = 'capped' AND name = 'session'"));
        Assert.Equal(51, connection.ExecuteScalar<long>("SELECT count(*) FROM telemetry_seen WHERE kind = 'attribute'"));
    }

    /// <summary>Sends half of all sessions, each with its own point; refused requests are sent again.</summary>
    private async Task SendSessionsAsync(int half)
    {
        for (var first = half * Sessions / 2; first < (half + 1) * Sessions / 2; first += PointsABatch)
        {
            var body = Points(first, Math.Min(PointsABatch, ((half + 1) * Sessions / 2) - first));
            HttpStatusCode status;
            while ((status = await PostAsync("metrics", body, "application/x-protobuf", null)) == HttpStatusCode.ServiceUnavailable)
            {
                // The queue is full: a real exporter would wait before it sends again, too.
                await Task.Delay(20);
            }

            Assert.Equal(HttpStatusCode.OK, status);
        }
    }

    private async Task AllAtOnceAsync(byte[] body, string contentType, string? encoding, params HttpStatusCode[] expected)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => PostAsync("logs", body, contentType, encoding)));
        Assert.All(answers, answer => Assert.Contains(answer, expected));
        Assert.Contains(expected[0], answers);
    }

    private async Task<HttpStatusCode> PostAsync(string signal, byte[] body, string contentType, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_receiver.Address, "/v1/" + signal)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OtlpHost.Token);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Sends signed reports and health checks alternately until it is over. All must be accepted.</summary>
    private async Task<(int Answered, TimeSpan Slowest)> ServeOthersAsync(CancellationToken over)
    {
        using var client = new HttpClient { BaseAddress = _receiver.Address };
        var (answered, slowest) = (0, TimeSpan.Zero);
        while (!over.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            Assert.Equal(HttpStatusCode.OK, await ReportAsync(client, answered));
            answered += 2;
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            // Sends often enough to catch every stage of the flood, without being a load of its own.
            await Task.Delay(50, CancellationToken.None);
        }

        return (answered, slowest);
    }

    private async Task<HttpStatusCode> ReportAsync(HttpClient client, int turn)
    {
        var now = DateTimeOffset.UtcNow;
        var body = JsonSerializer.SerializeToUtf8Bytes(A.Batch(A.Turn("s1", turn, now.AddMinutes(-1))), UsageJson.Default.RequestBatch);
        var timestamp = SignatureHeader.FormatTimestamp(now);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/report", UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Access);
        request.Headers.Add(SignatureHeader.Name, _device.Header(body, timestamp));
        request.Headers.Add(SignatureHeader.TimestampName, timestamp);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private void Prepare()
    {
        using var connection = SqliteDatabase.OpenForWriting(_receiver.DatabasePath);
        connection.ExecuteScript("""
            INSERT INTO users (user_id, email, created_at) VALUES (1, 'amara@example.org', 0);
            INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('sha256:0', 'amara@example.org', '2999-01-01 00:00:00');
            """);
        connection.Execute("INSERT INTO access_tokens VALUES (@hash, 1, 'sha256:0', 0, 9999999999999)", ("hash", SecretToken.Hash(Access)));
        connection.Execute("INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) VALUES (1, @key, 'laptop', 0, 0)", ("key", _device.PublicKey));
    }

    /// <summary>One request with a million unknown attributes, and as many on its resource.</summary>
    private static byte[] Record(int attributes)
    {
        var many = new ProtoMessage();
        var resource = new ProtoMessage().Attribute(1, "service.name", "claude-code");
        for (var i = 0; i < attributes; i++)
        {
            var pair = new ProtoMessage().Text(1, $"a{i}").ToArray();
            many.Bytes(6, pair);
            resource.Bytes(1, pair);
        }

        var record = new ProtoMessage().Fixed(1, Nanos(s_start)).Attribute(6, "event.name", "api_request").Attribute(6, "request_id", "wide").Raw(many.ToArray());
        return Request(resource, record.ToArray(), 2);
    }

    /// <summary>As many records as there is room for, each as small as a stored record can be.</summary>
    private static byte[] TinyRecords(int count)
    {
        var records = new ProtoMessage();
        for (var i = 0; i < count; i++)
        {
            records.Message(2, new ProtoMessage().Fixed(1, Nanos(s_start) + (i * 1_000_000L)).Text(12, "user_prompt"));
        }

        return new ProtoMessage().Message(1, new ProtoMessage().Message(1, Resource()).Message(2, records)).ToArray();
    }

    /// <summary>Records that are not stored, each of a sender of its own, whose plan and seat the resource states.</summary>
    private static byte[] Senders(int count)
    {
        var resource = Resource().Attribute(1, "anthropic.plan", "p").Attribute(1, "anthropic.seat_type", "s");
        var records = new ProtoMessage();
        for (var i = 0; i < count; i++)
        {
            records.Message(2, new ProtoMessage().Fixed(1, Nanos(s_start)).Text(12, "managed_settings_resolved").Attribute(6, "user.email", $"{i}@a"));
        }

        return new ProtoMessage().Message(1, new ProtoMessage().Message(1, resource).Message(2, records)).ToArray();
    }

    private static byte[] Points(int first, int count)
    {
        var common = new ProtoMessage().Attribute(7, "type", "output").Attribute(7, "model", "claude-opus-5-5").Attribute(7, "user.id", "install-1")
            .Fixed(2, Nanos(s_start)).Fixed(4, BitConverter.DoubleToInt64Bits(1)).ToArray();
        var sum = new ProtoMessage().Number(2, 1).Number(3, 1);
        for (var i = first; i < first + count; i++)
        {
            sum.Message(1, new ProtoMessage().Raw(common).Fixed(3, Nanos(s_start.AddMilliseconds(i + 1))).Attribute(7, "session.id", $"flood-{i}"));
        }

        return Request(Resource(), new ProtoMessage().Text(1, "claude_code.token.usage").Message(7, sum).ToArray(), 2);
    }

    private static byte[] Request(ProtoMessage resource, byte[] item, int field) =>
        new ProtoMessage().Message(1, new ProtoMessage().Message(1, resource).Message(2, new ProtoMessage().Bytes(field, item))).ToArray();

    private static ProtoMessage Resource() => new ProtoMessage().Attribute(1, "service.name", "claude-code");

    private static long Nanos(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * 1_000_000;

    private static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }
}
