using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;

namespace Ccflux.Receiver.Quota.Ingest;

/// <summary><c>POST /quota/readings</c>, step by step: authenticate, rate-limit, parse, validate, verify, write, acknowledge. Always signed:
/// every client that sends readings has a key.</summary>
internal sealed class ReadingsEndpoint(
    AccessTokenGate gate, HttpOptions http, RequestSignatures signatures, DeviceDirectory devices, ReadingIntake intake, QuotaMetrics metrics, TimeProvider time)
{
    /// <summary>Users whose rate is tracked at once; about 100 bytes each.</summary>
    private const int Capacity = 20_000;

    private readonly IngestFront<TokenUser, ReadingBatch> _front = new(
        gate.AdmissionAt(new RateRule(new KeyedRateLimiter(http.ReportsPerMinute, http.ReportsPerMinute, Capacity, time), Refusals.TooManyReadings)),
        new BodyRules(http.BodyLimitKb, Refusals.ReadingsTooLarge),
        JsonBody.Parser(QuotaJson.Default.ReadingBatch, ReadingRules.Fault, "The body is not a batch of readings: malformed, or a field is missing or has the wrong type."));

    public async Task<IResult> PostAsync(HttpContext context)
    {
        using var request = await _front.ReadAsync(context);
        if (!request.TryGet(out var caller, out var batch, out var refusal))
        {
            return Refuse(refusal);
        }

        if (ReadingRules.FutureFault(batch, time.GetUtcNow()) is { } future)
        {
            return Refuse(Refusals.FutureTurns(future));
        }

        return await VerifyAsync(context, caller, request.Body) is { } unverified ? Refuse(unverified) : await StoreAsync(caller, batch);
    }

    private async ValueTask<Refusal?> VerifyAsync(HttpContext context, TokenUser caller, BodyReader body)
    {
        var verdict = signatures.Check(context.Request, body, out var publicKey);
        if (verdict != SignatureVerdict.Valid)
        {
            return SignatureRefusals.For(verdict);
        }

        return (await devices.FindAsync(caller.UserId, publicKey, context.RequestAborted)).State switch
        {
            DeviceState.Revoked => Refusals.KeyRevokedForReadings,
            DeviceState.Pending => Refusals.KeyPendingForReadings,
            var state => DeviceRefusals.For(state),
        };
    }

    private async Task<IResult> StoreAsync(TokenUser caller, ReadingBatch batch)
    {
        var result = await intake.StoreAsync(caller.UserId, batch.Readings);
        return !result.TryGet(out var stored) ? Refuse(Refusals.StorageBusy)
            : stored.TooManyAccounts ? Refuse(Refusals.Invalid($"account: a user may report {ReadingIntake.MaxAccounts} accounts."))
            : TypedResults.Json(new ReadingsReply { Accepted = stored.Accepted, Unchanged = batch.Readings.Count - stored.Accepted }, QuotaJson.Default.ReadingsReply);
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused(refusal.Code);
        return refusal;
    }
}
