using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Pages.Parts;

namespace Ccflux.Receiver.Composition;

/// <summary>Issues a telemetry token with each refresh token; earlier telemetry tokens end.</summary>
internal sealed class TelemetryCompanion(TelemetryTokens tokens) : ICompanionToken
{
    public async Task<CompanionToken?> IssueAsync(Actor actor, string email, string address)
    {
        var issued = await tokens.ReissueAsync(actor, email);
        return issued is { IsOk: true, Token: { } token } ? new CompanionToken("Telemetry token", token, ClientSettings.Bash(address, token)) : null;
    }
}
