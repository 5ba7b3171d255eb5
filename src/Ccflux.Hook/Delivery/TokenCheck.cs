using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Asks the receiver whether it takes the user's token, as the first report would.</summary>
internal static class TokenCheck
{
    /// <summary>The longest e-mail address there is.</summary>
    private const int MaxEmail = 254;

    /// <returns>Whether it does, and a sentence about it. The token is in no sentence.</returns>
    public static async Task<(bool Works, string Sentence)> RunAsync(StateDirectory state, Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var authority = Environment.GetEnvironmentVariable("CCFLUX_CA_CERT");
        if (authority is { Length: > 0 } && !File.Exists(authority))
        {
            return (false, $"Installed, but the token was not checked: the file {authority}, which CCFLUX_CA_CERT names, is not there.");
        }

        using var client = new ReceiverClient(settings.BaseAddress, new ClockSkew(time), authority);
        var tokens = new AccessTokens(state, settings, client, time, new StateLog(state, time));
        var (token, refusal) = await tokens.ExchangeAsync(cancellationToken).ConfigureAwait(false);
        return token is not null
            ? (true, $"Connected to {settings.BaseAddress.Authority}{(Printable(tokens.Email) is { } email ? $" as {email}" : "")}.")
            : (false, Explain(refusal!, settings.BaseAddress));
    }

    /// <summary>It goes onto a terminal, and the receiver may be anybody.</summary>
    private static string? Printable(string? email) =>
        email is { Length: > 0 and <= MaxEmail } && !email.Any(char.IsControl) ? email : null;

    private static string Explain(ReceiverResponse refusal, Uri address) => refusal switch
    {
        { Status: 401 } => $"Installed, but the receiver at {address} refuses this token: it is unknown, was revoked, or is past its end. Ask your administrator for a new one.",
        { Failure: ReceiverClient.NotTrusted } => $"Installed, but the certificate of {address} is not trusted. Where your organisation has an authority of its own, name its file in CCFLUX_CA_CERT.",
        { Failure: AccessTokens.NoToken } or { Status: (>= 300 and < 400) or 404 or 405 } => $"Installed, but what answers at {address} is no ccflux receiver ({refusal.Describe()}). Is the address right?",
        { Failure: { } failure } => $"Installed, but the receiver at {address} is not reachable: {failure}.",
        _ => $"Installed, but the receiver at {address} did not check the token ({refusal.Describe()}). 'ccflux status' tells later whether it works.",
    };
}
