using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Asks the receiver whether it takes the user's token, as the first report would.</summary>
internal static class TokenCheck
{
    /// <returns>Whether it does, and a sentence about it. The token is in no sentence.</returns>
    public static async Task<(bool Works, string Sentence)> RunAsync(StateDirectory state, Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var authority = Environment.GetEnvironmentVariable("CCFLUX_CA_CERT");
        if (authority is { Length: > 0 } && !File.Exists(authority))
        {
            return (false, $"The token was not checked: the file {authority}, which CCFLUX_CA_CERT names, is not there.");
        }

        using var wire = new Wire(settings.BaseAddress, new ClockSkew(time), authority);
        var (token, refusal) = await new AccessTokens(state, settings, wire, time, new StateLog(state, time)).ExchangeAsync(cancellationToken).ConfigureAwait(false);
        return token is not null ? (true, $"Checked: the receiver at {settings.BaseAddress} takes your token.") : (false, Explain(refusal!, settings.BaseAddress));
    }

    private static string Explain(Answer refusal, Uri address) => refusal switch
    {
        { Status: 401 } => $"The receiver at {address} refuses the token: it is unknown, was revoked, or is past its end. Ask your administrator for a new one.",
        { Failure: Wire.NotTrusted } => $"The certificate of {address} is not trusted. Where your organisation has an authority of its own, name its file in CCFLUX_CA_CERT.",
        { Failure: AccessTokens.NoToken } or { Status: (>= 300 and < 400) or 404 or 405 } => $"What answers at {address} is no ccflux receiver ({refusal.Describe()}). Is the address right?",
        { Failure: { } failure } => $"The receiver at {address} does not answer: {failure}.",
        _ => $"The receiver at {address} did not check the token ({refusal.Describe()}). 'ccflux status' tells later whether it works.",
    };
}
