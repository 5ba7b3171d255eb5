using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary><c>POST /agent/enrol</c> and <c>POST /agent/credential</c>.</summary>
internal sealed class AgentEndpoints(
    Enrolment enrolment, ReturnedLoginIntake intake, AgentGate gate, RequestSignatures signatures, RequestLimits limits, FleetMetrics metrics, TimeProvider time)
{
    private const int MaxBody = FleetLimits.MaxSealed + 4096;

    /// <summary>Each returned login may cost a request to the issuer.</summary>
    private const int ReturnsPerMinute = 30;

    private readonly KeyedRateLimiter _returns = new(ReturnsPerMinute, ReturnsPerMinute, AgentStore.MaxAgents, time);

    public async Task<IResult> EnrolAsync(HttpContext context)
    {
        if (!limits.Tokens.TryTake(RequestLimits.AddressOf(context), out var wait))
        {
            return new Refusal(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Too many requests from this IP address.", wait);
        }

        using var body = await BodyReader.ReadAsync(context.Request, MaxBody, RequestSignatures.MaxSuffix, context.RequestAborted);
        if (Parse(body, FleetJson.Default.EnrolRequest, Enrolment.Fault, out var request) is { } refusal)
        {
            return refusal;
        }

        var verdict = signatures.Check(context.Request.Headers, body.SentBuffer, body.SentLength, out var signer);
        if (verdict != SignatureVerdict.Valid || !string.Equals(signer, request!.SigningKey, StringComparison.Ordinal))
        {
            var (_, code, detail, _) = SignatureRefusals.For(verdict == SignatureVerdict.Valid ? SignatureVerdict.Invalid : verdict);
            return (await gate.RefuseAsync(context, null, code, detail)).Refusal!;
        }

        switch (await enrolment.EnrolAsync(request, context.Connection.RemoteIpAddress?.ToString() ?? ""))
        {
            case { Status: not WriteStatus.Committed }:
                return Busy();
            case { Value.Reply: { } reply }:
                context.Response.Headers.CacheControl = "no-store";
                return TypedResults.Json(reply, FleetJson.Default.EnrolReply);
            case { Value: { } outcome }:
                return (await gate.RefuseAsync(context, null, ErrorCodes.CodeInvalid, outcome.Refusal!, action: FleetAction.Enrol, note: $"machine {SafeDisplayText.Quote(request.Machine)}")).Refusal!;
            default:
                return Busy();
        }
    }

    public async Task<IResult> CredentialAsync(HttpContext context)
    {
        using var body = await BodyReader.ReadAsync(context.Request, MaxBody, RequestSignatures.MaxSuffix, context.RequestAborted);
        if (body.Status != BodyStatus.Read)
        {
            return Unread(body);
        }

        var call = await gate.AuthenticateAsync(context, body);
        if (call.Agent is not { } agent)
        {
            return call.Refusal!;
        }

        if (!_returns.TryTake(agent.AgentId, out var wait))
        {
            metrics.Refused(ErrorCodes.RateLimited);
            return new Refusal(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, $"An agent may return at most {ReturnsPerMinute} logins per minute.", wait);
        }

        if (Parse(body, FleetJson.Default.ReturnedLogin, Fault, out var returned) is { } refusal)
        {
            return refusal;
        }

        var outcome = await intake.TakeAsync(agent, returned!, context.Connection.RemoteIpAddress?.ToString() ?? "", context.RequestAborted);
        if (outcome.Fingerprint is { } fingerprint)
        {
            return TypedResults.Json(new ReturnedLoginReply { Fingerprint = fingerprint }, FleetJson.Default.ReturnedLoginReply);
        }

        metrics.Refused(outcome.Refusal!);
        return Explain(outcome.Refusal!);
    }

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

    private static Refusal Explain(string code) => code switch
    {
        ErrorCodes.AccountNotGranted => new Refusal(StatusCodes.Status403Forbidden, code, "This account is not granted to this agent."),
        ErrorCodes.CredentialRefused => new Refusal(StatusCodes.Status403Forbidden, code, "The login cannot be opened, or belongs to another account."),
        ErrorCodes.CredentialDead => new Refusal(StatusCodes.Status403Forbidden, code, "The issuer rejects this access token: it has expired, or was renewed since."),
        ErrorCodes.CredentialSuperseded => new Refusal(StatusCodes.Status409Conflict, code, "The login that this one replaces is not the newest that the receiver has."),
        ErrorCodes.CredentialUnproven => new Refusal(StatusCodes.Status503ServiceUnavailable, code, "The issuer could not be reached to verify the owner. Retry.", TimeSpan.FromSeconds(30)),
        _ => Busy(),
    };

    private static Refusal? Parse<T>(BodyReader body, JsonTypeInfo<T> type, Func<T, string?> check, out T? value)
        where T : class
    {
        value = null;
        if (body.Status != BodyStatus.Read)
        {
            return Unread(body);
        }

        try
        {
            value = BodyJson.Deserialize(body.Content, type);
        }
        catch (JsonException)
        {
            // Answered below without the parser's message, which may quote the input.
        }

        return value is null ? Invalid("The body is malformed, or a field is missing or has the wrong type.") : check(value) is { } fault ? Invalid(fault) : null;
    }

    private static Refusal Unread(BodyReader body) => body.Status == BodyStatus.TooLarge
        ? new Refusal(StatusCodes.Status413PayloadTooLarge, ErrorCodes.TooLarge, $"The body may be at most {MaxBody / 1024} KiB.")
        : Invalid("The body cannot be decompressed: only gzip is supported.");

    private static Refusal Invalid(string detail) => new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPayload, detail);

    private static Refusal Busy() =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, "The database is not accepting writes right now, or the vault cannot be opened.", TimeSpan.FromSeconds(5));
}
