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
    private readonly Dictionary<(string Session, int Index), TurnReport> _turns = [];
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

    /// <summary>Number of sessions that it accepts in total; a report with more is refused as a whole, as exceeding the day's cap.</summary>
    public int MaxSessions { get; set; } = int.MaxValue;

    /// <summary>Stored readings, each of them once.</summary>
    public ConcurrentDictionary<(string Account, string Window, DateTimeOffset At), ReportedReading> Readings { get; } = [];

    /// <summary>Access tokens issued.</summary>
    public int TokensIssued => Volatile.Read(ref _tokens);

    /// <summary>Every request: route and uncompressed body.</summary>
    public ConcurrentQueue<(string Route, string Body)> Requests { get; } = [];

    public IReadOnlyCollection<string> Keys => [.. _keys.Keys];

    public IReadOnlyDictionary<(string Session, int Index), TurnReport> Turns
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<(string Session, int Index), TurnReport>(_turns);
            }
        }
    }

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
            _turns.Clear();
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

        var batch = JsonSerializer.Deserialize(admitted.Plain, UsageJson.Default.TurnBatch)!;
        Assert.Equal(TurnBatch.Version, batch.SchemaVersion);
        Assert.InRange(batch.Turns.Count, 1, ReportLimits.MaxTurns);
        if (batch.Turns.Any(turn => turn.EndedUtc > DateTimeOffset.UtcNow + ClockOffset + ReportLimits.ClockTolerance))
        {
            Refuse(context, 400, ErrorCodes.FutureTurns);
            return;
        }

        var accepted = 0;
        lock (_gate)
        {
            var seen = _turns.Keys.Select(key => key.Session).ToHashSet(StringComparer.Ordinal);
            var added = batch.Turns.Select(turn => turn.SessionId).Except(seen, StringComparer.Ordinal).Count();
            if (added > 0 && seen.Count + added > MaxSessions)
            {
                context.Response.Headers.RetryAfter = "3600";
                Refuse(context, 429, ErrorCodes.DailyCap);
                return;
            }

            foreach (var turn in batch.Turns)
            {
                if (!_turns.TryGetValue((turn.SessionId, turn.TurnIndex), out var known) || Output(turn) > Output(known))
                {
                    _turns[(turn.SessionId, turn.TurnIndex)] = turn;
                    accepted++;
                }
            }
        }

        var reply = new ReportReply { Accepted = accepted, Unchanged = batch.Turns.Count - accepted, Store = StoreId };
        await context.Response.WriteAsync(JsonSerializer.Serialize(reply, UsageJson.Default.ReportReply));
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

    private static long Output(TurnReport turn) => turn.Models.Values.Sum(model => model.OutputTokens) + 1;

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
