using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity;

/// <summary><c>POST /token</c> and <c>POST /register-key</c>.</summary>
internal sealed class IdentityEndpoints(
    TokenExchange exchange,
    AccessTokenStore accessTokens,
    DeviceKeys devices,
    RequestSignatures signatures,
    RequestLimits limits,
    HttpOptions http,
    IdentityMetrics metrics,
    TimeProvider time)
{
    private const string Unknown = "The refresh token is unknown, revoked or expired. Ask your admin for a new one.";

    public async Task<IResult> TokenAsync(HttpContext context)
    {
        // A valid token has its own allowance: strangers at the same IP address use up only theirs.
        var token = SecretToken.Bearer(context.Request);
        var isLive = token is not null && await exchange.IsLiveAsync(token, context.RequestAborted);
        if (!limits.Tokens.TryTake(isLive ? SecretToken.Stored(token!) : RequestLimits.AddressOf(context), out var wait))
        {
            return RateLimited(wait);
        }

        if (token is null)
        {
            return Unauthorized("Send the refresh token as \"Authorization: Bearer …\".");
        }

        if (!isLive)
        {
            return Unauthorized(Unknown);
        }

        var result = await exchange.ExchangeAsync(token);
        switch (result)
        {
            case { Status: not WriteStatus.Committed }:
                return Refusals.StorageBusy;
            case { Value: null }:
                return Unauthorized(Unknown);
            default:
                metrics.TokenExchanged();
                context.Response.Headers.CacheControl = "no-store";
                return TypedResults.Json(result.Value, AuthJson.Default.TokenReply);
        }
    }

    public async Task<IResult> RegisterKeyAsync(HttpContext context)
    {
        var known = await accessTokens.AuthenticateAsync(context.Request, context.RequestAborted);
        if (!limits.Tokens.TryTake(known is null ? RequestLimits.AddressOf(context) : $"user {known.UserId.ToString(CultureInfo.InvariantCulture)}", out var wait))
        {
            return RateLimited(wait);
        }

        if (known is not { } caller)
        {
            return Unauthorized("The access token is missing, unknown, revoked or expired. Get a new one from POST /token.");
        }

        using var body = await BodyReader.ReadAsync(context.Request, http.BodyLimitKb * 1024, RequestSignatures.MaxSuffix, context.RequestAborted);
        if (body.Status != BodyStatus.Read)
        {
            return body.Status == BodyStatus.TooLarge
                ? new Refusal(StatusCodes.Status413PayloadTooLarge, ErrorCodes.TooLarge, $"A body is limited to {http.BodyLimitKb} KiB.")
                : Invalid("The body cannot be decompressed: only gzip is supported.");
        }

        if (Parse(body, out var key, out var name) is { } fault)
        {
            return Invalid(fault);
        }

        // ccflux 0.1 does not sign its registration. A signature, if there is one, must be made with the key being registered.
        var verdict = signatures.Check(context.Request.Headers, body.SentBuffer, body.SentLength, out var signer);
        if (verdict != SignatureVerdict.Absent && !(verdict == SignatureVerdict.Valid && string.Equals(signer, key, StringComparison.Ordinal)))
        {
            return SignatureRefusals.For(verdict == SignatureVerdict.Valid ? SignatureVerdict.Invalid : verdict);
        }

        var result = await devices.RegisterAsync(caller.UserId, key, name);
        if (result.Status != WriteStatus.Committed)
        {
            return Refusals.StorageBusy;
        }

        switch (result.Value)
        {
            case Registration.Revoked:
                return new Refusal(StatusCodes.Status403Forbidden, ErrorCodes.KeyRevoked, "An admin revoked this device's key.");
            case Registration.DailyCap:
                return new Refusal(
                    StatusCodes.Status429TooManyRequests,
                    ErrorCodes.DailyCap,
                    "Daily device registration limit reached (MAX_DEVICES_PER_DAY). Try again tomorrow (UTC).",
                    UntilTomorrow());
            default:
                metrics.KeyRegistered();
                return TypedResults.Ok();
        }
    }

    private static string? Parse(BodyReader body, out string key, out string name)
    {
        key = "";
        name = "";
        RegisterKeyRequest? request;
        try
        {
            request = BodyJson.Deserialize(body.Content, AuthJson.Default.RegisterKeyRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        if (request is not { PublicKey: not null, DeviceId: not null })
        {
            return "The body must be {\"public_key\":\"…\",\"device_id\":\"…\"}.";
        }

        Span<byte> bytes = stackalloc byte[RegisterKeyRequest.MaxPublicKey];
        if (request.PublicKey.Length > RegisterKeyRequest.MaxPublicKey
            || !Convert.TryFromBase64String(request.PublicKey, bytes, out var length)
            || length != SignatureHeader.PublicKeyBytes)
        {
            return "public_key: an Ed25519 public key, 32 bytes in base64.";
        }

        if (SmallOrderKeys.Contains(bytes[..length]))
        {
            return "public_key: a point of small order is not a valid key, because it has no secret key.";
        }

        key = Convert.ToBase64String(bytes[..length]);
        name = request.DeviceId.Trim();
        return name.Length is 0 or > RegisterKeyRequest.MaxDeviceId || name.Any(char.IsControl)
            ? $"device_id: 1 to {RegisterKeyRequest.MaxDeviceId} characters on one line."
            : null;
    }

    private static Refusal Unauthorized(string detail) => new(StatusCodes.Status401Unauthorized, ErrorCodes.TokenInvalid, detail);

    private static Refusal Invalid(string detail) => new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPayload, detail);

    private static Refusal RateLimited(TimeSpan wait) =>
        new(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Too many requests with this token, or with unknown tokens from this IP address (TOKEN_RATE_LIMIT_PER_MINUTE).", wait);

    private TimeSpan UntilTomorrow()
    {
        var now = time.GetUtcNow();
        return now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
    }
}
