using System.Text.Json.Serialization;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Spool;

/// <summary><c>config.json</c>: where to report and with which token.</summary>
internal sealed record ClientConfig(string? Endpoint, string? Token)
{
    /// <summary>Hides the token: a secret must not reach a log through a format string.</summary>
    public override string ToString() => $"ClientConfig {{ Endpoint = {Endpoint} }}";
}

/// <summary><c>token_cache.json</c>: the access token, and a hash of the refresh token and endpoint that it was obtained with (ccflux 0.1 wrote none).</summary>
internal sealed record CachedToken(string AccessToken, DateTimeOffset ExpiresAt, string? For)
{
    public override string ToString() => $"CachedToken {{ ExpiresAt = {ExpiresAt:O} }}";
}

/// <summary><c>last_report.json</c>: what the receiver acknowledged last, and the newest request in it exactly as it was sent.</summary>
internal sealed record LastReport(DateTimeOffset At, int Requests, int Accepted, int Unchanged, RequestBatch Payload);

/// <summary>How the program's own files are serialised.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 32)]
[JsonSerializable(typeof(ClientConfig))]
[JsonSerializable(typeof(BackfillNote))]
[JsonSerializable(typeof(OutboxEntry))]
[JsonSerializable(typeof(CachedToken))]
[JsonSerializable(typeof(LastReport))]
[JsonSerializable(typeof(List<PausedInterval>))]
internal sealed partial class StateJson : JsonSerializerContext;
