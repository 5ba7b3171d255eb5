using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary><c>POST /agent/enrol</c> and <c>POST /agent/credential</c>.</summary>
internal sealed class AgentEndpoints(
    Enrolment enrolment, ReturnedLoginIntake intake, AgentGate gate, RequestSignatures signatures, RequestLimits limits, FleetMetrics metrics, TimeProvider time)
{
    private const int MaxBodyKib = (FleetLimits.MaxSealed + 4096) / 1024;
    private const string Malformed = "The body is malformed, or a field is missing or has the wrong type.";

    /// <summary>Each returned login may cost a request to the issuer.</summary>
    private const int ReturnsPerMinute = 30;

    private readonly IngestFront<string, EnrolRequest> _enrolments = new(
        ByAddress(new RateRule(limits.Tokens, Refusals.TooManyFromAddress)),
        new BodyRules(MaxBodyKib, Refusals.AgentBodyTooLarge),
        JsonBody.Parser(FleetJson.Default.EnrolRequest, Enrolment.Fault, Malformed));

    private readonly IngestFront<AgentRequest, ReturnedLogin> _returns = new(
        new BodyRules(MaxBodyKib, Refusals.AgentBodyTooLarge),
        gate.AdmissionAt(new RateRule(
            new KeyedRateLimiter(ReturnsPerMinute, ReturnsPerMinute, AgentStore.MaxAgents, time), wait => Refusals.TooManyReturns(ReturnsPerMinute, wait))),
        JsonBody.Parser(FleetJson.Default.ReturnedLogin, Fault, Malformed));

    public async Task<IResult> EnrolAsync(HttpContext context)
    {
        using var request = await _enrolments.ReadAsync(context);
        if (!request.TryGet(out _, out var enrol, out var refusal))
        {
            return refusal;
        }

        var verdict = signatures.CheckKey(context.Request, request.Body, enrol.SigningKey);
        if (verdict != SignatureVerdict.Valid)
        {
            return await gate.RefuseAsync(context, null, SignatureRefusals.For(verdict));
        }

        var written = await enrolment.EnrolAsync(enrol, context.Connection.RemoteIpAddress?.ToString() ?? "");
        if (!written.TryGet(out var outcome))
        {
            return Refusals.VaultBusy;
        }

        if (outcome.Refusal is { } why)
        {
            return await gate.RefuseAsync(context, null, why, FleetAction.Enrol, $"machine {SafeDisplayText.Quote(enrol.Machine)}");
        }

        return TypedResults.Json(outcome.Reply, FleetJson.Default.EnrolReply);
    }

    public async Task<IResult> CredentialAsync(HttpContext context)
    {
        using var request = await _returns.ReadAsync(context);
        if (!request.TryGet(out var call, out var returned, out var refusal))
        {
            return refusal;
        }

        var outcome = await intake.TakeAsync(call.Agent, returned, context.Connection.RemoteIpAddress?.ToString() ?? "", context.RequestAborted);
        if (outcome.Fingerprint is { } fingerprint)
        {
            return TypedResults.Json(new ReturnedLoginReply { Fingerprint = fingerprint }, FleetJson.Default.ReturnedLoginReply);
        }

        metrics.Refused(outcome.Refusal!);
        return RefusalOf(outcome.Refusal!);
    }

    private static Admission<string> ByAddress(RateRule rate) => context =>
    {
        var address = RequestLimits.AddressOf(context);
        return ValueTask.FromResult<Checked<string>>(rate.Take(address) is { } tooMany ? tooMany : address);
    };

    private static string? Fault(ReturnedLogin returned)
    {
        if (returned.AccountIdHint.Length is 0 or > FleetLimits.MaxId)
        {
            return $"account_id_hint: 1 to {FleetLimits.MaxId} characters.";
        }

        if (!CredentialFingerprint.IsOne(returned.Replaces))
        {
            return $"replaces: a fingerprint, {CredentialFingerprint.Length} hexadecimal digits in lower case.";
        }

        return returned.Sealed.Length is 0 or > FleetLimits.MaxSealed ? $"sealed: 1 to {FleetLimits.MaxSealed} characters of base64." : null;
    }

    private static Refusal RefusalOf(string code) => code switch
    {
        ErrorCodes.AccountNotGranted => Refusals.AccountNotGranted,
        ErrorCodes.CredentialRefused => Refusals.LoginRefused,
        ErrorCodes.CredentialDead => Refusals.LoginDead,
        ErrorCodes.CredentialSuperseded => Refusals.LoginSuperseded,
        ErrorCodes.CredentialUnproven => Refusals.LoginUnproven,
        _ => Refusals.VaultBusy,
    };
}
