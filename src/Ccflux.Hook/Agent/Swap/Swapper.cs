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
    /// <summary>The login stands there.</summary>
    Done,

    /// <summary>A tool call is open: tried again once none is.</summary>
    CallOpen,

    /// <summary>The client renews or writes its login, or the login taken out before is not with the receiver yet: tried again.</summary>
    Busy,

    /// <summary>Another login stands there than the command replaces.</summary>
    Superseded,

    /// <summary>What stands there is damaged or cannot be written; it is as it was.</summary>
    Failed,
}

/// <summary>
/// Puts a login into the config dir. The order makes every crash harmless: journal, copy of what goes (if it can renew itself), the file by a rename,
/// ledger, journal away. The file carries the command's number, so whoever finds the journal knows whether the rename took place.
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
            return SwapOutcome.CallOpen; // it began while the locks were taken
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

    /// <summary>Leaves a copy without the refresh token in the config dir and sets the whole login aside for the receiver: nobody here needs to renew it any more.
    /// One that the receiver does not know by now stays: only the client can use it, and renew it into one that can be proven.</summary>
    /// <returns>False where there is nothing of the fleet's to hand back, or it cannot be done now.</returns>
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

    /// <summary>Finishes or undoes what was under way when the last agent ended.</summary>
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
            File.Delete(fleet.Backup); // the login it copies stands where it stood
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

    /// <summary>A login that can renew itself exists once; it is kept until the receiver has it. A copy is worth nothing.</summary>
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

    /// <summary>Whose login it is that the fleet did not put there. The receiver does not believe it: it asks the issuer.</summary>
    private string Owner(JsonElement login) =>
        (login.TryGetProperty("accountUuid", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : Account.Find(fleet.State.ConfigDir)) is { Length: <= FleetLimits.MaxId } id ? id : "";

    private bool Happened(SwapJournal journal)
    {
        if (file.Read() is not { } text)
        {
            return false;
        }

        // Handing back changes no mark; there the refresh token tells: the client never puts one where none is.
        return journal.Command == 0 ? LoginText.Of(text.Login) is not { CanRenew: true } : text.Mark == journal.Command;
    }
}
