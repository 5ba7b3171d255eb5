using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Ingest;

/// <summary><c>POST /quota/readings</c>, step by step: authenticate, rate-limit, parse, validate, verify, write, acknowledge. Always signed:
/// every client that sends readings has a key.</summary>
internal sealed class ReadingsEndpoint(
    AccessTokenStore accessTokens,
    HttpOptions http,
    RequestSignatures signatures,
    DeviceDirectory devices,
    ReadingIntake intake,
    RequestLimits limits,
    QuotaMetrics metrics,
    TimeProvider time)
{
    /// <summary>Users whose rate is tracked at once; about 100 bytes each.</summary>
    private const int Capacity = 20_000;

    private readonly KeyedRateLimiter _rate = new(http.ReportsPerMinute, http.ReportsPerMinute, Capacity, time);

    public async Task<IResult> PostAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (await accessTokens.AuthenticateAsync(context.Request, cancellationToken) is not { } caller)
        {
            return limits.WrongTokens.TryTake(RequestLimits.AddressOf(context), out var pause)
                ? Refuse(401, ErrorCodes.TokenInvalid, "The access token is missing, unknown, revoked or expired. Get a new one from POST /token.")
                : Refuse(429, ErrorCodes.RateLimited, "Too many requests without a valid token from this IP address.", pause);
        }

        if (!_rate.TryTake(caller.Email, out var wait))
        {
            return Refuse(429, ErrorCodes.RateLimited, "Too many batches from this user (RATE_LIMIT_PER_MINUTE).", wait);
        }

        using var body = await BodyReader.ReadAsync(context.Request, http.BodyLimitKb * 1024, RequestSignatures.MaxSuffix, cancellationToken);
        if (body.Status == BodyStatus.TooLarge)
        {
            return Refuse(413, ErrorCodes.TooLarge, $"A body may be at most {http.BodyLimitKb} KiB, as sent and decompressed.");
        }

        if (Parse(body, out var fault) is not { } batch)
        {
            return Refuse(400, ErrorCodes.InvalidPayload, fault);
        }

        if (ReadingRules.FutureFault(batch, time.GetUtcNow()) is { } future)
        {
            return Refuse(400, ErrorCodes.FutureTurns, future);
        }

        return await VerifyAsync(context, caller, body) ?? await StoreAsync(caller, batch);
    }

    private static ReadingBatch? Parse(BodyReader body, out string fault)
    {
        fault = "The body is not a batch of readings: malformed, or a field is missing or has the wrong type.";
        if (body.Status != BodyStatus.Read)
        {
            fault = "The body cannot be decompressed: only gzip is supported.";
            return null;
        }

        try
        {
            if (BodyJson.Deserialize(body.Content, QuotaJson.Default.ReadingBatch) is not { } batch)
            {
                return null;
            }

            fault = ReadingRules.Fault(batch) ?? "";
            return fault.Length == 0 ? batch : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async ValueTask<IResult?> VerifyAsync(HttpContext context, TokenUser caller, BodyReader body)
    {
        var verdict = signatures.Check(context.Request.Headers, body.SentBuffer, body.SentLength, out var publicKey);
        if (verdict != SignatureVerdict.Valid)
        {
            var (_, code, detail, _) = SignatureRefusals.For(verdict);
            return Refuse(403, code, detail);
        }

        return (await devices.FindAsync(caller.UserId, publicKey, context.RequestAborted)).State switch
        {
            DeviceState.Active => null,
            DeviceState.Unknown => Refuse(403, ErrorCodes.KeyNotRegistered, "This key is not registered for the token's user. Register it with POST /register-key."),
            DeviceState.Revoked => Refuse(403, ErrorCodes.KeyRevoked, "This device's key was revoked by the admin."),
            DeviceState.Pending => Refuse(403, ErrorCodes.KeyPending, "This device is waiting for the admin's approval."),
        };
    }

    private async Task<IResult> StoreAsync(TokenUser caller, ReadingBatch batch)
    {
        var result = await intake.StoreAsync(caller.UserId, batch.Readings);
        return result switch
        {
            { Status: not WriteStatus.Committed } => Refuse(503, ErrorCodes.Busy, Refusals.StorageBusy.Detail, Refusals.StorageBusy.RetryAfter),
            { Value.TooManyAccounts: true } => Refuse(400, ErrorCodes.InvalidPayload, $"account: a user may report {ReadingIntake.MaxAccounts} accounts."),
            _ => TypedResults.Json(new ReadingsReply { Accepted = result.Value.Accepted, Unchanged = batch.Readings.Count - result.Value.Accepted }, QuotaJson.Default.ReadingsReply),
        };
    }

    private Refusal Refuse(int status, string code, string detail, TimeSpan? retryAfter = null)
    {
        metrics.Refused(code);
        return new Refusal(status, code, detail, retryAfter);
    }
}
