using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>A receiver for these tests: real Kestrel on loopback, strict about tokens, keys, signatures and times, with every fault on request.</summary>
internal sealed class StubReceiver : IAsyncDisposable
{
    public const string RefreshToken = "rtok_marked-secret-of-the-user";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, StoredRequest> _stored = [];
    private readonly Dictionary<long, ReportedTurn> _turns = [];
    private int _tokens;

    private StubReceiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Answers in place of the receiver if it returns true; receives the route.</summary>
    public Func<HttpContext, bool>? Instead { get; set; }

    /// <summary>Offset of the receiver's clock from the real one.</summary>
    public TimeSpan ClockOffset { get; set; }

    public string StoreId { get; set; } = "store-1";

    public bool RefusesRefreshToken { get; set; }

    public string AcceptedRefreshToken { get; set; } = RefreshToken;

    /// <summary>False for a receiver that predates quota readings.</summary>
    public bool TakesReadings { get; set; } = true;

    /// <summary>Number of requests that it accepts as history in total; a report with more is refused as a whole.</summary>
    public int MaxHistory { get; set; } = int.MaxValue;

    /// <summary>Pauses that it knows, the latest list.</summary>
    public IReadOnlyList<ReportedPause> Pauses { get; private set; } = [];

    /// <summary>Stored readings, each of them once.</summary>
    public ConcurrentDictionary<(string Account, string Window, DateTimeOffset At), ReportedReading> Readings { get; } = [];

    /// <summary>Access tokens issued.</summary>
    public int TokensIssued => Volatile.Read(ref _tokens);

    /// <summary>Every request: route and uncompressed body.</summary>
    public ConcurrentQueue<(string Route, string Body)> Requests { get; } = [];

    public IReadOnlyCollection<string> Keys => [.. _keys.Keys];

    /// <summary>What it stores of requests, each of them once.</summary>
    public IReadOnlyDictionary<long, StoredRequest> Stored
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<long, StoredRequest>(_stored);
            }
        }
    }

    public IReadOnlyDictionary<long, ReportedTurn> Turns
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<long, ReportedTurn>(_turns);
            }
        }
    }

    /// <summary>Output tokens of the stored requests, of one session or of all, in the order of time.</summary>
    public long[] Outputs(string? session = null) =>
        [.. Stored.Values.Where(stored => session is null || stored.Session == session).OrderBy(stored => stored.Request.At).Select(stored => stored.Request.Output)];

    /// <summary>How many reports came.</summary>
    public int Reports => Requests.Count(request => request.Route is "/report");

    public static async Task<StubReceiver> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        var stub = new StubReceiver(app);
        app.MapPost("/token", stub.Token);
        app.MapPost("/register-key", stub.RegisterAsync);
        app.MapPost("/report", stub.ReportAsync);
        app.MapPost("/quota/readings", stub.ReadingsAsync);
        app.MapGet("/health", () => "ok");
        await app.StartAsync();
        return stub;
    }

    public void RevokeAccessTokens() => Interlocked.Add(ref _tokens, 1000);

    public void RevokeKeys()
    {
        foreach (var key in _keys.Keys)
        {
            _keys[key] = false;
        }
    }

    public void ForgetKeys() => _keys.Clear();

    /// <summary>Behaves like a restored backup: a different identity and nothing stored.</summary>
    public void LoseEverything(string storeId)
    {
        lock (_gate)
        {
            _stored.Clear();
            _turns.Clear();
            Pauses = [];
            StoreId = storeId;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string? Bearer(HttpContext context) =>
        context.Request.Headers.Authorization.ToString() is { Length: > 7 } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : null;

    private void Token(HttpContext context)
    {
        Date(context);
        Requests.Enqueue(("/token", ""));
        if (Instead?.Invoke(context) == true)
        {
            return;
        }

        if (RefusesRefreshToken || !string.Equals(Bearer(context), AcceptedRefreshToken, StringComparison.Ordinal))
        {
            context.Response.StatusCode = 401;
            return;
        }

        var number = Interlocked.Increment(ref _tokens);
        var reply = new TokenReply { AccessToken = $"atok_{number}", ExpiresAt = DateTimeOffset.UtcNow.AddHours(8), Email = "amara@example.org" };
        context.Response.WriteAsync(JsonSerializer.Serialize(reply, AuthJson.Default.TokenReply)).Wait();
    }

    private async Task RegisterAsync(HttpContext context)
    {
        if (await AdmitAsync(context, "/register-key") is not { } admitted)
        {
            return;
        }

        var request = JsonSerializer.Deserialize(admitted.Plain, AuthJson.Default.RegisterKeyRequest)!;
        Assert.Equal(Convert.ToBase64String(admitted.Signed.PublicKey), request.PublicKey);
        if (_keys.TryGetValue(request.PublicKey, out var good) && !good)
        {
            Refuse(context, 403, ErrorCodes.KeyRevoked);
            return;
        }

        _keys[request.PublicKey] = true;
    }

    private async Task ReportAsync(HttpContext context)
    {
        if (await AdmitAsync(context, "/report") is not { } admitted)
        {
            return;
        }

        if (!_keys.TryGetValue(Convert.ToBase64String(admitted.Signed.PublicKey), out var good))
        {
            Refuse(context, 403, ErrorCodes.KeyNotRegistered);
            return;
        }

        if (!good)
        {
            Refuse(context, 403, ErrorCodes.KeyRevoked);
            return;
        }

        var batch = JsonSerializer.Deserialize(admitted.Plain, UsageJson.Default.RequestBatch)!;
        AssertValid(batch);
        var now = DateTimeOffset.UtcNow + ClockOffset + ReportLimits.ClockTolerance;
        if (batch.Sessions.Any(session => session.Requests.Any(request => request.At > now.ToUnixTimeMilliseconds()) || session.Turns.Any(turn => turn.Ended > now.ToUnixTimeMilliseconds())))
        {
            Refuse(context, 400, ErrorCodes.FutureTurns);
            return;
        }

        var (accepted, all) = (0, batch.Sessions.Sum(session => session.Requests.Count));
        lock (_gate)
        {
            var news = batch.Sessions.SelectMany(session => session.Requests).Count(request => !_stored.ContainsKey(request.Key));
            if (batch.Backfill && news > 0 && _stored.Values.Count(stored => stored.Backfill) + news > MaxHistory)
            {
                context.Response.Headers.RetryAfter = "3600";
                Refuse(context, 429, "backfill-cap");
                return;
            }

            foreach (var session in batch.Sessions)
            {
                foreach (var turn in session.Turns)
                {
                    _turns[turn.Key] = !_turns.TryGetValue(turn.Key, out var known) || turn.Ended >= known.Ended ? turn : known;
                }

                foreach (var request in session.Requests)
                {
                    if (!_stored.TryGetValue(request.Key, out var known) || request.Output > known.Request.Output)
                    {
                        var turn = request.Turn < 0 ? 0 : session.Turns[request.Turn].Key;
                        _stored[request.Key] = new StoredRequest(session.SessionId, request, batch.Models[request.Model], turn, batch.Backfill);
                        accepted++;
                    }
                }
            }

            Pauses = batch.Pauses ?? Pauses;
        }

        var reply = new ReportReply { Accepted = accepted, Unchanged = all - accepted, Store = StoreId };
        await context.Response.WriteAsync(JsonSerializer.Serialize(reply, UsageJson.Default.ReportReply));
    }

    /// <summary>As strict as a receiver may be.</summary>
    private static void AssertValid(RequestBatch batch)
    {
        Assert.Equal(RequestBatch.Version, batch.SchemaVersion);
        Assert.All(batch.Models, model => Assert.InRange(model.Length, 1, ReportLimits.MaxModelName));
        Assert.Equal(batch.Sessions.Count, batch.Sessions.DistinctBy(session => session.SessionId).Count());
        foreach (var session in batch.Sessions)
        {
            Assert.InRange(session.SessionId.Length, 1, ReportLimits.MaxSessionId);
            Assert.Equal(session.Turns.Count, session.Turns.DistinctBy(turn => turn.Key).Count());
            Assert.All(session.Turns, turn => Assert.True(turn.Started > 0 && turn.Ended >= turn.Started && TurnOutcome.IsKnown(turn.Outcome)));
            Assert.All(session.Requests, request => Assert.True(request.At > 0 && request.Turn < session.Turns.Count && request.Model < batch.Models.Count));
            Assert.All(session.LimitEvents ?? [], limit => Assert.True(limit.At > 0 && limit.Turn < session.Turns.Count));
        }
    }

    private async Task ReadingsAsync(HttpContext context)
    {
        if (await AdmitAsync(context, Routes.QuotaReadings) is not { } admitted)
        {
            return;
        }

        if (!TakesReadings)
        {
            context.Response.StatusCode = 404;
            return;
        }

        if (!_keys.TryGetValue(Convert.ToBase64String(admitted.Signed.PublicKey), out var good) || !good)
        {
            Refuse(context, 403, ErrorCodes.KeyNotRegistered);
            return;
        }

        var batch = JsonSerializer.Deserialize(admitted.Plain, QuotaJson.Default.ReadingBatch)!;
        Assert.InRange(batch.Readings.Count, 1, ReadingLimits.MaxReadings);
        var accepted = batch.Readings.Count(reading => Readings.TryAdd((reading.Account, reading.Window, reading.ObservedAt), reading));
        var reply = new ReadingsReply { Accepted = accepted, Unchanged = batch.Readings.Count - accepted };
        await context.Response.WriteAsync(JsonSerializer.Serialize(reply, QuotaJson.Default.ReadingsReply));
    }

    /// <summary>Checks token, requested failure, timestamp and signature: the same for every signed route.</summary>
    private async Task<(byte[] Plain, SignatureHeader Signed)?> AdmitAsync(HttpContext context, string route)
    {
        Date(context);
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory);
        var sent = memory.ToArray();
        var plain = string.Equals(context.Request.Headers.ContentEncoding, "gzip", StringComparison.Ordinal) ? Unpack(sent) : sent;
        Requests.Enqueue((route, Encoding.UTF8.GetString(plain)));
        if (!string.Equals(Bearer(context), $"atok_{TokensIssued}", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 401;
            return null;
        }

        if (Instead?.Invoke(context) == true)
        {
            return null;
        }

        var timestamp = context.Request.Headers[SignatureHeader.TimestampName].ToString();
        if (!SignatureHeader.TryParse(context.Request.Headers[SignatureHeader.Name], out var header))
        {
            Refuse(context, 403, ErrorCodes.SignatureRequired);
            return null;
        }

        if (!SignatureHeader.TryParseTimestamp(timestamp, out var at) || (at - DateTimeOffset.UtcNow - ClockOffset).Duration() > ReportLimits.ClockTolerance)
        {
            Refuse(context, 403, ErrorCodes.TimestampStale);
            return null;
        }

        if (!OpenSsl.Verify(header.PublicKey, SignatureHeader.Message(sent, timestamp), header.Signature))
        {
            Refuse(context, 403, ErrorCodes.SignatureInvalid);
            return null;
        }

        if (plain.Length > ReportLimits.DefaultBodyBytes)
        {
            Refuse(context, 413, ErrorCodes.TooLarge);
            return null;
        }

        return (plain, header);
    }

    public static void Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[ErrorCodes.Header] = code;
    }

    private void Date(HttpContext context) => context.Response.Headers.Date = (DateTimeOffset.UtcNow + ClockOffset).ToString("R");

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

/// <summary>A request as a receiver has it.</summary>
internal sealed record StoredRequest(string Session, ReportedRequest Request, string Model, long Turn, bool Backfill);
