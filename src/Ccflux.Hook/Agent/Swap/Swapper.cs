using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;
using Ccflux.Hook.StatusLine;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>How an attempt at a swap ended.</summary>
internal enum SwapOutcome
{
    /// <summary>The login is in place.</summary>
    Done,

    /// <summary>A tool call is open: try again once none is.</summary>
    CallOpen,

    /// <summary>The client is renewing or writing its login, or the receiver does not have the previously removed login yet: try again.</summary>
    Busy,

    /// <summary>The login in place is not the one that the command replaces.</summary>
    Superseded,

    /// <summary>The login file is damaged or cannot be written; it is unchanged.</summary>
    Failed,
}

/// <summary>
/// Puts a login into the config directory. The order of the steps makes every crash harmless: write the journal, copy the outgoing login (if it can renew
/// itself), rename the new file into place, record the progress, delete the journal. The file contains the command's number, so a journal that is found
/// later shows whether the rename took place.
/// </summary>
internal sealed class Swapper(FleetDirectory fleet, CommandStore commands, SessionRegistry sessions, LoginFile file, TimeProvider time)
{
    public SwapOutcome Apply(long command, SwapContent content)
    {
        if (File.Exists(fleet.Backup))
        {
            return SwapOutcome.Busy;
        }

        if (sessions.AnyCallOpen())
        {
            return SwapOutcome.CallOpen;
        }

        using var locks = ClientLocks.TryTake(fleet.State.ConfigDir, time);
        if (locks is null)
        {
            return SwapOutcome.Busy;
        }

        Fault.Point(Fault.ClientLocked);
        if (sessions.AnyCallOpen())
        {
            return SwapOutcome.CallOpen; // it was opened while the locks were acquired
        }

        if (file.Read() is not { } text)
        {
            return SwapOutcome.Failed;
        }

        var before = LoginText.Of(text.Login);
        if (!string.Equals(content.Replaces, before?.Fingerprint ?? "", StringComparison.Ordinal) && !string.Equals(content.Fingerprint, before?.Fingerprint, StringComparison.Ordinal))
        {
            return SwapOutcome.Superseded;
        }

        var held = new InstalledLogin(content.AccountId, content.AccountLabel, content.Fingerprint);
        var login = Encoding.UTF8.GetBytes(content.ClaudeAiOauth.GetRawText());
        return Exchange(text, before, login, held, command) ? SwapOutcome.Done : SwapOutcome.Failed;
    }

    /// <summary>Leaves a copy without the refresh token in the config directory and sets the full login aside for the receiver: nothing here needs to renew it any more.
    /// A login that the receiver does not know yet stays: only the client can use it, and renew it into one that can be verified.</summary>
    /// <returns>False if there is no fleet login to hand back, or it cannot be done now.</returns>
    public bool TakeOutRefreshToken()
    {
        if (commands.Progress.Held is not { } held || File.Exists(fleet.Backup) || !IsKnownWhole(file.Current(), held))
        {
            return false;
        }

        using var locks = ClientLocks.TryTake(fleet.State.ConfigDir, time);
        if (locks is null || file.Read() is not { } text || LoginText.Of(text.Login) is not { } login || !IsKnownWhole(login, held))
        {
            return false;
        }

        var copy = login.WithoutRefreshToken();
        return copy.Fingerprint is { } fingerprint && Exchange(text, login, copy.Json, held with { Fingerprint = fingerprint }, command: 0);
    }

    /// <summary>Finishes or undoes what was in progress when the last agent ended.</summary>
    public void Recover()
    {
        ClientLocks.RemoveOurs(fleet.State.ConfigDir);
        File.Delete(file.Path + ".new");
        if (FleetStateJson.Read(fleet.Journal, FleetStateJson.Default.SwapJournal) is not { } journal)
        {
            File.Delete(fleet.Journal);
            return;
        }

        if (Happened(journal))
        {
            commands.Done(journal.Command, journal.Held);
        }
        else
        {
            File.Delete(fleet.Backup); // the login that it copies is still in place
            Fault.Point(Fault.SwapUndone);
        }

        File.Delete(fleet.Journal);
    }

    private static bool IsKnownWhole(LoginText? login, InstalledLogin held) =>
        login is { CanRenew: true } && string.Equals(login.Fingerprint, held.Fingerprint, StringComparison.Ordinal);

    private bool Exchange(CredentialsText text, LoginText? before, byte[] login, InstalledLogin held, long command)
    {
        FleetStateJson.Write(fleet.Journal, new SwapJournal(command, held, before?.Fingerprint), FleetStateJson.Default.SwapJournal);
        Fault.Point(Fault.SwapJournaled);
        try
        {
            SetAside(before, held);
            Fault.Point(Fault.LoginCopied);
            file.Write(text.With(login, command == 0 ? text.Mark : command));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(fleet.Backup);
            File.Delete(fleet.Journal);
            return false;
        }

        Fault.Point(Fault.LoginReplaced);
        commands.Done(command, held);
        Fault.Point(Fault.SwapNoted);
        File.Delete(fleet.Journal);
        return true;
    }

    /// <summary>Sets a full login aside, since it exists only once, until the receiver has it. A copy is worthless.</summary>
    private void SetAside(LoginText? before, InstalledLogin next)
    {
        if (before is not { CanRenew: true, Fingerprint: { } fingerprint } || string.Equals(fingerprint, next.Fingerprint, StringComparison.Ordinal))
        {
            return;
        }

        using var document = JsonDocument.Parse(before.Json);
        var removed = commands.Progress.Held is { } known
            ? new RemovedLogin(known.AccountId, IsGiven: true, known.Fingerprint, document.RootElement, known.Sent)
            : new RemovedLogin(Owner(document.RootElement), IsGiven: false, fingerprint, document.RootElement);
        FleetStateJson.Write(fleet.Backup, removed, FleetStateJson.Default.RemovedLogin);
    }

    /// <summary>The account of a login that the fleet did not install. The receiver does not trust it: it asks the issuer.</summary>
    private string Owner(JsonElement login) =>
        (login.TryGetProperty("accountUuid", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : Account.Find(fleet.State.ConfigDir)) is { Length: <= FleetLimits.MaxId } id ? id : "";

    private bool Happened(SwapJournal journal)
    {
        if (file.Read() is not { } text)
        {
            return false;
        }

        // Handing back does not change the mark; there the refresh token decides: the client never adds one to a copy.
        return journal.Command == 0 ? LoginText.Of(text.Login) is not { CanRenew: true } : text.Mark == journal.Command;
    }
}
