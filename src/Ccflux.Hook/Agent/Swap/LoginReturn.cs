using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>Brings logins to the receiver, sealed: one that was taken out of the config dir, and one that the client has renewed in it.</summary>
internal sealed class LoginReturn(FleetDirectory fleet, CommandBook book, LoginFile file, AgentWire wire, StateLog log)
{
    /// <summary>A login whose access token its issuer does not take; asking again proves nothing.</summary>
    private string? _dead;

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

        var answer = await BringAsync(taken.AccountId, taken.Replaces, taken.Sent, handedBack: true, taken.Login, cancellationToken).ConfigureAwait(false);
        Fault.Point(Fault.LoginBrought);
        if (!answer.IsSuccess && !IsFinal(answer.Code) && answer.Code is not ErrorCodes.CredentialDead)
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
        // What stood there before the fleet is put back one day, and nothing that came later.
        var place = taken.IsGiven || File.Exists(fleet.OwnLogin) ? fleet.RefusedLogin : fleet.OwnLogin;
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
        var former = held.Sent;
        held = book.Sending(held, login.Fingerprint!);
        var answer = await BringAsync(held.AccountId, held.Fingerprint, former, handedBack: false, document.RootElement, cancellationToken).ConfigureAwait(false);
        Fault.Point(Fault.RenewedBrought);
        if (answer.IsSuccess)
        {
            book.Hold(held with { Fingerprint = login.Fingerprint!, Sent = null });
            log.Activity($"agent: brought back login {login.Fingerprint}, which the client renewed");
            return true;
        }

        if (answer.Code is ErrorCodes.CredentialDead)
        {
            _dead = login.Fingerprint; // until the client has renewed it
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

    /// <summary>The receiver takes a login that replaces the one it has. Where an answer was lost, that is one of several.</summary>
    private async Task<Answer> BringAsync(string account, string replaces, IReadOnlyList<string>? sent, bool handedBack, JsonElement login, CancellationToken cancellationToken)
    {
        var answer = await wire.BringAsync(account, replaces, handedBack, login, cancellationToken).ConfigureAwait(false);
        foreach (var known in sent ?? [])
        {
            if (answer.Code is not ErrorCodes.CredentialSuperseded)
            {
                break;
            }

            answer = await wire.BringAsync(account, known, handedBack, login, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }

    private LoginText? Renewed() =>
        book.Ledger.Held is { } held && file.Current() is { CanRenew: true, Fingerprint: { } fingerprint } login && !string.Equals(fingerprint, held.Fingerprint, StringComparison.Ordinal) && !string.Equals(fingerprint, _dead, StringComparison.Ordinal)
            ? login
            : null;

    private static bool IsFinal(string? code) => code is ErrorCodes.CredentialSuperseded or ErrorCodes.CredentialRefused or ErrorCodes.AccountNotGranted or ErrorCodes.InvalidPayload;
}
