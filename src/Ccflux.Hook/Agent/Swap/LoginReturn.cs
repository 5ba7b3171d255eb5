using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>Brings logins to the receiver, sealed: one that was taken out of the config dir, and one that the client has renewed in it.</summary>
internal sealed class LoginReturn(FleetDirectory fleet, CommandBook book, LoginFile file, AgentWire wire, StateLog log)
{
    /// <summary>Whether there is anything to bring.</summary>
    public bool IsDue => File.Exists(fleet.Backup) || Renewed() is not null;

    /// <summary>False where it is still due afterwards: the receiver could not be asked, or could not ask the issuer.</summary>
    public async Task<bool> TryAsync(CancellationToken cancellationToken) =>
        await BringBackupAsync(cancellationToken).ConfigureAwait(false) && await BringRenewedAsync(cancellationToken).ConfigureAwait(false);

    private async Task<bool> BringBackupAsync(CancellationToken cancellationToken)
    {
        if (FleetStateJson.Read(fleet.Backup, FleetStateJson.Default.TakenLogin) is not { } taken)
        {
            return true;
        }

        if (taken.AccountId.Length == 0)
        {
            Keep(taken, "nobody knows whose it is");
            return true;
        }

        var answer = await wire.BringAsync(taken.AccountId, taken.Replaces, handedBack: true, taken.Login, cancellationToken).ConfigureAwait(false);
        Fault.Point(Fault.LoginBrought);
        if (!answer.IsSuccess && !IsFinal(answer.Code))
        {
            return false;
        }

        // A login of the fleet's that the receiver has a newer one of is worth nothing. Any other that it does not want is the user's own.
        if (answer.IsSuccess || (taken.IsGiven && answer.Code is ErrorCodes.CredentialSuperseded))
        {
            File.Delete(fleet.Backup);
        }
        else
        {
            Keep(taken, answer.Describe());
        }

        return true;
    }

    private void Keep(TakenLogin taken, string why)
    {
        var place = taken.IsGiven ? fleet.RefusedLogin : fleet.OwnLogin;
        AtomicFile.Write(place, Encoding.UTF8.GetBytes(taken.Login.GetRawText()));
        File.Delete(fleet.Backup);
        log.Activity($"agent: login {CredentialFingerprint.Of(taken.Login)} is not taken by the receiver ({why}); it is kept in {Path.GetFileName(place)}");
    }

    private async Task<bool> BringRenewedAsync(CancellationToken cancellationToken)
    {
        if (Renewed() is not { } login || book.Ledger.Held is not { } held)
        {
            return true;
        }

        using var document = JsonDocument.Parse(login.Json);
        var answer = await wire.BringAsync(held.AccountId, held.Fingerprint, handedBack: false, document.RootElement, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            book.Hold(held with { Fingerprint = login.Fingerprint! });
            log.Activity($"agent: brought back login {login.Fingerprint}, which the client renewed");
            return true;
        }

        if (!IsFinal(answer.Code))
        {
            return false;
        }

        book.Hold(null); // somebody signed in by hand; that login is theirs
        log.Activity($"agent: login {login.Fingerprint} is not the fleet's ({answer.Describe()})");
        return true;
    }

    private LoginText? Renewed() =>
        book.Ledger.Held is { } held && file.Current() is { CanRenew: true, Fingerprint: { } fingerprint } login && !string.Equals(fingerprint, held.Fingerprint, StringComparison.Ordinal)
            ? login
            : null;

    private static bool IsFinal(string? code) => code is ErrorCodes.CredentialSuperseded or ErrorCodes.CredentialRefused or ErrorCodes.AccountNotGranted or ErrorCodes.InvalidPayload;
}
