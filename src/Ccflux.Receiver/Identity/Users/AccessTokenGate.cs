using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Admits users by their access tokens. Those without a valid one are limited by IP address.</summary>
internal sealed class AccessTokenGate(AccessTokenStore tokens, RequestLimits limits)
{
    private readonly RateRule _strangers = new(limits.WrongTokens, Refusals.TooManyWithoutToken);

    /// <param name="rate">How often a user may send, by e-mail address.</param>
    public Admission<TokenUser> AdmissionAt(RateRule rate) => async context =>
    {
        if (await tokens.AuthenticateAsync(context.Request, context.RequestAborted) is not { } caller)
        {
            return _strangers.Take(RequestLimits.AddressOf(context)) ?? Refusals.AccessTokenInvalid;
        }

        return rate.Take(caller.Email) is { } tooMany ? tooMany : caller;
    };
}
