using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;

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
    private readonly RateRule _rate = new(limits.Tokens, Refusals.TooManyTokenRequests);

    private readonly IngestFront<TokenUser, DeviceRegistration> _registration = new(
        AdmissionAt(new RateRule(limits.Tokens, Refusals.TooManyTokenRequests), accessTokens),
        new BodyRules(http.BodyLimitKb, Refusals.RegistrationTooLarge),
        DeviceRegistration.Parser);

    public async Task<IResult> TokenAsync(HttpContext context)
    {
        // A valid token has its own allowance: strangers at the same IP address use up only theirs.
        var token = SecretToken.Bearer(context.Request);
        var isLive = token is not null && await exchange.IsLiveAsync(token, context.RequestAborted);
        if (_rate.Take(isLive ? SecretToken.Stored(token!) : RequestLimits.AddressOf(context)) is { } tooMany)
        {
            return tooMany;
        }

        if (token is null)
        {
            return Refusals.RefreshTokenMissing;
        }

        if (!isLive)
        {
            return Refusals.RefreshTokenInvalid;
        }

        if (!(await exchange.ExchangeAsync(token)).TryGet(out var reply))
        {
            return Refusals.StorageBusy;
        }

        if (reply is null)
        {
            return Refusals.RefreshTokenInvalid;
        }

        metrics.TokenExchanged();
        return TypedResults.Json(reply, AuthJson.Default.TokenReply);
    }

    public async Task<IResult> RegisterKeyAsync(HttpContext context)
    {
        using var request = await _registration.ReadAsync(context);
        if (!request.TryGet(out var caller, out var device, out var refusal))
        {
            return refusal;
        }

        // ccflux 0.1 does not sign its registration. A signature, if there is one, must be made with the key being registered.
        var verdict = signatures.CheckKey(context.Request, request.Body, device.PublicKey);
        if (verdict is not (SignatureVerdict.Valid or SignatureVerdict.Absent))
        {
            return SignatureRefusals.For(verdict);
        }

        if (!(await devices.RegisterAsync(caller.UserId, device.PublicKey, device.Name)).TryGet(out var registration))
        {
            return Refusals.StorageBusy;
        }

        switch (registration)
        {
            case Registration.Revoked:
                return Refusals.KeyRevoked;
            case Registration.DailyCap:
                return Refusals.DevicesToday(UnixTime.UntilTomorrow(time.GetUtcNow()));
            default:
                metrics.KeyRegistered();
                return TypedResults.Ok();
        }
    }

    /// <summary>A user with a valid token has an allowance of their own; all others at one IP address share theirs.</summary>
    private static Admission<TokenUser> AdmissionAt(RateRule rate, AccessTokenStore accessTokens) => async context =>
    {
        var known = await accessTokens.AuthenticateAsync(context.Request, context.RequestAborted);
        var key = known is null ? RequestLimits.AddressOf(context) : $"user {known.UserId.ToString(CultureInfo.InvariantCulture)}";
        return rate.Take(key) is { } tooMany ? tooMany : known is null ? Refusals.AccessTokenInvalid : known;
    };
}
