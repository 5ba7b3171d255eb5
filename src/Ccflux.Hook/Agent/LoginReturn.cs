using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Returns logins to the receiver, sealed: a login that was removed from the config directory, and one that the client has renewed there.</summary>
internal sealed class LoginReturn(FleetDirectory fleet, CommandStore commands, LoginFile file, AgentClient agentClient, StateLog log)
{
    /// <summary>Fingerprint of a login whose access token the issuer rejects; asking again proves nothing.</summary>
    private string? _dead;

    /// <summary>Whether there is a login to return.</summary>
    public bool IsDue => File.Exists(fleet.Backup) || Renewed() is not null;

    /// <summary>False if a login is still to be returned afterwards: the receiver could not be reached, or could not reach the issuer.</summary>
    public async Task<bool> TryAsync(CancellationToken cancellationToken) =>
        await ReturnBackupAsync(cancellationToken).ConfigureAwait(false) && await ReturnRenewedAsync(cancellationToken).ConfigureAwait(false);

    private async Task<bool> ReturnBackupAsync(CancellationToken cancellationToken)
    {
        if (FleetStateJson.Read(fleet.Backup, FleetStateJson.Default.RemovedLogin) is not { } removed)
        {
            return true;
        }

        if (removed.AccountId.Length == 0)
        {
            Keep(removed, "its owner is unknown");
            return true;
        }

        var answer = await ReturnAsync(removed.AccountId, removed.Replaces, removed.Sent, handedBack: true, removed.Login, cancellationToken).ConfigureAwait(false);
        Fault.Point(Fault.LoginReturned);
        if (!answer.IsSuccess && !IsFinal(answer.Code) && answer.Code is not ErrorCodes.CredentialDead)
        {
            return false;
        }

        // A fleet login of which the receiver has a newer version is worthless. Any other login that it refuses is the user's own.
        if (answer.IsSuccess || (removed.IsGiven && answer.Code is ErrorCodes.CredentialSuperseded))
        {
            File.Delete(fleet.Backup);
        }
        else
        {
            Keep(removed, answer.Describe());
        }

        return true;
    }

    private void Keep(RemovedLogin removed, string why)
    {
        // The login from before the fleet is restored one day; logins that came later are not.
        var place = removed.IsGiven || File.Exists(fleet.OwnLogin) ? fleet.RefusedLogin : fleet.OwnLogin;
        AtomicFile.Write(place, Encoding.UTF8.GetBytes(removed.Login.GetRawText()));
        File.Delete(fleet.Backup);
        log.Activity($"agent: login {CredentialFingerprint.Of(removed.Login)} was not accepted by the receiver ({why}); it is kept in {Path.GetFileName(place)}");
    }

    private async Task<bool> ReturnRenewedAsync(CancellationToken cancellationToken)
    {
        if (Renewed() is not { } login || commands.Progress.Held is not { } held)
        {
            return true;
        }

        using var document = JsonDocument.Parse(login.Json);
        var former = held.Sent;
        held = commands.Sending(held, login.Fingerprint!);
        var answer = await ReturnAsync(held.AccountId, held.Fingerprint, former, handedBack: false, document.RootElement, cancellationToken).ConfigureAwait(false);
        Fault.Point(Fault.RenewedReturned);
        if (answer.IsSuccess)
        {
            commands.Hold(held with { Fingerprint = login.Fingerprint!, Sent = null });
            log.Activity($"agent: returned login {login.Fingerprint}, which the client had renewed");
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

        commands.Hold(null); // the user signed in manually; that login is the user's own
        log.Activity($"agent: login {login.Fingerprint} is not the fleet's ({answer.Describe()})");
        return true;
    }

    /// <summary>Returns a login. The receiver accepts one that replaces the login it knows; if an answer was lost, that may be any of several.</summary>
    private async Task<ReceiverResponse> ReturnAsync(string account, string replaces, IReadOnlyList<string>? sent, bool handedBack, JsonElement login, CancellationToken cancellationToken)
    {
        var answer = await agentClient.ReturnAsync(account, replaces, handedBack, login, cancellationToken).ConfigureAwait(false);
        foreach (var known in sent ?? [])
        {
            if (answer.Code is not ErrorCodes.CredentialSuperseded)
            {
                break;
            }

            answer = await agentClient.ReturnAsync(account, known, handedBack, login, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }

    private LoginText? Renewed() =>
        commands.Progress.Held is { } held && file.Current() is { CanRenew: true, Fingerprint: { } fingerprint } login && !string.Equals(fingerprint, held.Fingerprint, StringComparison.Ordinal) && !string.Equals(fingerprint, _dead, StringComparison.Ordinal)
            ? login
            : null;

    private static bool IsFinal(string? code) => code is ErrorCodes.CredentialSuperseded or ErrorCodes.CredentialRefused or ErrorCodes.AccountNotGranted or ErrorCodes.InvalidPayload;
}
