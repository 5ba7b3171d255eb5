using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>A receiver's fleet for these tests: real Kestrel on loopback, strict about codes, keys, signatures, sequences and seals. It keeps each account's
/// latest login, as the real vault does.</summary>
internal sealed class StubFleet : IAsyncDisposable
{
    public const string Code = "code-marked-secret";
    public const string AgentId = "agent-1";

    private readonly WebApplication _app;
    private readonly ECDiffieHellman _sealing = CredentialSeal.NewKey();
    private readonly ECDsa _signing = CommandSignature.NewKey();
    private readonly Lock _gate = new();
    private long _sequence;
    private long _command = 40;

    private StubFleet(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public EnrolRequest? Enrolled { get; private set; }

    public ConcurrentQueue<(DateTimeOffset At, Heartbeat Beat)> Heartbeats { get; } = [];

    public ConcurrentQueue<(ReturnedLogin Credential, JsonElement Login)> Returned { get; } = [];

    public Heartbeat? Last => Heartbeats.LastOrDefault().Beat;

    /// <summary>Commands included in every answer until they are confirmed or refused.</summary>
    public List<SealedCommand> Commands { get; } = [];

    public ConcurrentQueue<RefusedCommand> Refused { get; } = [];

    public ConcurrentQueue<long> Confirmed { get; } = [];

    /// <summary>Answers in place of the stub if it returns true.</summary>
    public Func<HttpContext, bool>? Instead { get; set; }

    /// <summary>Status and code for a returned login.</summary>
    public (int Status, string Code)? RefusesLogins { get; set; }

    /// <summary>Fingerprint of the login that the vault has: only one that replaces it is accepted. Null accepts any.</summary>
    public string? Newest { get; set; }

    public TimeSpan ClockOffset { get; set; }

    public int NextSeconds { get; set; } = 1;

    public static async Task<StubFleet> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var stub = new StubFleet(app);
        app.MapPost("/agent/enrol", stub.EnrolAsync);
        app.MapPost("/heartbeat", stub.SendHeartbeatAsync);
        app.MapPost("/agent/credential", stub.CredentialAsync);
        await app.StartAsync();
        return stub;
    }

    /// <summary>Fingerprint of its keys, as its admin would see it.</summary>
    public string Fingerprint => KeyFingerprint.Of(CommandSignature.PublicKeyOf(_signing), CredentialSeal.PublicKeyOf(_sealing));

    /// <summary>A swap to a login, sealed to the enrolled agent and signed. Without <paramref name="replaces"/> it replaces the login that the agent last reported.</summary>
    public SealedCommand Swap(string account, string login, string? replaces = null, long? id = null, TimeSpan? lifetime = null, string agentId = AgentId)
    {
        var issued = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var number = id ?? Interlocked.Increment(ref _command);
        using var document = JsonDocument.Parse(login);
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new SwapContent { AccountLabel = account, AccountId = account, ClaudeAiOauth = document.RootElement, Fingerprint = CredentialFingerprint.Of(document.RootElement)!, Replaces = replaces ?? Last?.Applied ?? "" },
            FleetJson.Default.SwapContent);
        var expires = issued + (lifetime ?? TimeSpan.FromMinutes(5));
        var command = new SealedCommand
        {
            Id = number,
            Kind = SealedCommand.Swap,
            IssuedAt = issued,
            ExpiresAt = expires,
            Sealed = CredentialSeal.Seal(Enrolled!.SealingKey, content, SealedCommand.Context(agentId, number, SealedCommand.Swap, issued, expires)),
            Signature = "",
        };
        return Signed(command, agentId);
    }

    /// <summary>A command as the receiver signs it.</summary>
    public SealedCommand Signed(SealedCommand command, string agentId = AgentId) => command with { Signature = CommandSignature.Sign(_signing, agentId, command) };

    public void Issue(SealedCommand command)
    {
        lock (_gate)
        {
            Commands.Add(command);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _sealing.Dispose();
        _signing.Dispose();
    }

    private async Task EnrolAsync(HttpContext context)
    {
        var (json, key) = await ReadAsync(context);
        if (json is null)
        {
            return;
        }

        var request = JsonSerializer.Deserialize(json, FleetJson.Default.EnrolRequest)!;
        if (!string.Equals(request.Code, Code, StringComparison.Ordinal) || !string.Equals(request.SigningKey, key, StringComparison.Ordinal))
        {
            await RefuseAsync(context, 403, ErrorCodes.CodeInvalid);
            return;
        }

        Enrolled = request;
        await context.Response.WriteAsync(JsonSerializer.Serialize(new EnrolReply { AgentId = AgentId, SealingKey = CredentialSeal.PublicKeyOf(_sealing), SigningKey = CommandSignature.PublicKeyOf(_signing) }, FleetJson.Default.EnrolReply));
    }

    private async Task SendHeartbeatAsync(HttpContext context)
    {
        if (await AgentAsync(context) is not { } json)
        {
            return;
        }

        var heartbeat = JsonSerializer.Deserialize(json, FleetJson.Default.Heartbeat)!;
        HeartbeatReply reply;
        lock (_gate)
        {
            if (heartbeat.Sequence > _sequence)
            {
                _sequence = heartbeat.Sequence;
                Heartbeats.Enqueue((DateTimeOffset.UtcNow, heartbeat));
                Settle(heartbeat);
                reply = new HeartbeatReply { Commands = [.. Commands], NextSeconds = NextSeconds };
            }
            else
            {
                reply = null!;
            }
        }

        if (reply is null)
        {
            await RefuseAsync(context, 409, ErrorCodes.Replayed);
            return;
        }

        await context.Response.WriteAsync(JsonSerializer.Serialize(reply, FleetJson.Default.HeartbeatReply));
    }

    private void Settle(Heartbeat heartbeat)
    {
        foreach (var id in heartbeat.Confirmed)
        {
            Confirmed.Enqueue(id);
        }

        foreach (var refused in heartbeat.Refused)
        {
            Refused.Enqueue(refused);
        }

        Commands.RemoveAll(command => heartbeat.Confirmed.Contains(command.Id) || heartbeat.Refused.Any(refused => refused.Id == command.Id));
    }

    private async Task CredentialAsync(HttpContext context)
    {
        if (await AgentAsync(context) is not { } json)
        {
            return;
        }

        var returned = JsonSerializer.Deserialize(json, FleetJson.Default.ReturnedLogin)!;
        var content = CredentialSeal.Open(_sealing, returned.Sealed, returned.SealContext(AgentId));
        if (content is null)
        {
            await RefuseAsync(context, 403, ErrorCodes.CredentialRefused);
            return;
        }

        if (RefusesLogins is { } refusal)
        {
            await RefuseAsync(context, refusal.Status, refusal.Code);
            return;
        }

        var login = JsonSerializer.Deserialize(content, FleetJson.Default.ReturnedLoginContent)!.ClaudeAiOauth;
        if (Newest is { } newest)
        {
            if (!string.Equals(returned.Replaces, newest, StringComparison.Ordinal))
            {
                await RefuseAsync(context, 409, ErrorCodes.CredentialSuperseded);
                return;
            }

            Newest = CredentialFingerprint.Of(login);
        }

        Returned.Enqueue((returned, login));
        await context.Response.WriteAsync(JsonSerializer.Serialize(new ReturnedLoginReply { Fingerprint = CredentialFingerprint.Of(login)! }, FleetJson.Default.ReturnedLoginReply));
    }

    private async Task<byte[]?> AgentAsync(HttpContext context)
    {
        var (json, key) = await ReadAsync(context);
        if (json is not null && (context.Request.Headers[AgentHeader.Name].ToString() is not AgentId || !string.Equals(Enrolled?.SigningKey, key, StringComparison.Ordinal)))
        {
            await RefuseAsync(context, 403, ErrorCodes.AgentUnknown);
            return null;
        }

        return json;
    }

    /// <summary>The body and the key that signed it; null if it was already answered.</summary>
    private async Task<(byte[]? Json, string? Key)> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, TestContext.Current.CancellationToken);
        var now = DateTimeOffset.UtcNow + ClockOffset;
        context.Response.Headers.Date = now.ToString("R");
        if (Instead?.Invoke(context) == true)
        {
            return default;
        }

        Assert.Empty(context.Request.Headers.Authorization.ToString()); // no user's token
        var body = buffer.ToArray();
        var stamp = context.Request.Headers[SignatureHeader.TimestampName].ToString();
        if (!SignatureHeader.TryParse(context.Request.Headers[SignatureHeader.Name], out var signature)
            || !OpenSsl.Verify(signature.PublicKey, SignatureHeader.Message(body, stamp), signature.Signature))
        {
            await RefuseAsync(context, 403, ErrorCodes.SignatureInvalid);
            return default;
        }

        if (!SignatureHeader.TryParseTimestamp(stamp, out var at) || (now - at).Duration() > TimeSpan.FromMinutes(5))
        {
            await RefuseAsync(context, 403, ErrorCodes.TimestampStale);
            return default;
        }

        return (body, Convert.ToBase64String(signature.PublicKey));
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[ErrorCodes.Header] = code;
        return context.Response.WriteAsync(Encoding.UTF8.GetString("{}"u8));
    }
}
