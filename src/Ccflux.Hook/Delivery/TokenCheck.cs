using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Asks the receiver whether it accepts the user's token, as the first report would.</summary>
internal static class TokenCheck
{
    /// <summary>The maximum length of an e-mail address.</summary>
    private const int MaxEmail = 254;

    /// <returns>Whether it does, and a sentence about it. No sentence contains the token.</returns>
    public static async Task<(bool Works, string Sentence)> RunAsync(StateDirectory state, Settings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var authority = Environment.GetEnvironmentVariable("CCFLUX_CA_CERT");
        if (authority is { Length: > 0 } && !File.Exists(authority))
        {
            return (false, $"Installed, but the token was not checked: the file {authority}, named by CCFLUX_CA_CERT, does not exist.");
        }

        using var client = new ReceiverClient(settings.BaseAddress, new ClockSkew(time), authority);
        var tokens = new AccessTokens(state, settings, client, time, new StateLog(state, time));
        var (token, refusal) = await tokens.ExchangeAsync(cancellationToken).ConfigureAwait(false);
        return token is not null
            ? (true, $"Connected to {settings.BaseAddress.Authority}{(Printable(tokens.Email) is { } email ? $" as {email}" : "")}.")
            : (false, Explain(refusal!, settings.BaseAddress));
    }

    /// <summary>Makes an e-mail address safe for a terminal, since the server may be anyone's.</summary>
    private static string? Printable(string? email) =>
        email is { Length: > 0 and <= MaxEmail } && !email.Any(char.IsControl) ? email : null;

    private static string Explain(ReceiverResponse refusal, Uri address) => refusal switch
    {
        { Status: 401 } => $"Installed, but the receiver at {address} refuses this token: it is unknown, revoked or expired. Ask your administrator for a new one.",
        { Failure: ReceiverClient.NotTrusted } => $"Installed, but the certificate of {address} is not trusted. If your organisation has its own certificate authority, set CCFLUX_CA_CERT to its file.",
        { Failure: AccessTokens.NoToken } or { Status: (>= 300 and < 400) or 404 or 405 } => $"Installed, but the server at {address} is not a ccflux receiver ({refusal.Describe()}). Is the URL correct?",
        { Failure: { } failure } => $"Installed, but the receiver at {address} cannot be reached: {failure}.",
        _ => $"Installed, but the receiver at {address} did not check the token ({refusal.Describe()}). Run 'ccflux status' later to see whether it works.",
    };
}
