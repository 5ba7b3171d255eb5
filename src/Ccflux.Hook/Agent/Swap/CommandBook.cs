using Ccflux.Contracts.Fleet;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The ledger of commands, kept on disk: what was carried out or refused is told until the receiver has heard it.</summary>
internal sealed class CommandBook
{
    /// <summary>Answers that are lost one after another, with a renewal in between.</summary>
    private const int MaxSent = 8;

    private readonly string _path;

    public CommandBook(FleetDirectory fleet)
    {
        _path = fleet.Ledger;
        Ledger = FleetStateJson.Read(_path, FleetStateJson.Default.CommandLedger) ?? CommandLedger.Empty;
    }

    public CommandLedger Ledger { get; private set; }

    public void Done(long command, HeldLogin held)
    {
        var ledger = Ledger;
        Save(command == 0 ? ledger with { Held = held } : ledger with
        {
            LastCommand = Math.Max(ledger.LastCommand, command),
            Done = [.. ledger.Done.Append(command).TakeLast(FleetLimits.MaxCommands)],
            Confirm = [.. ledger.Confirm.Append(command).Distinct().TakeLast(FleetLimits.MaxCommands)],
            Held = held,
        });
    }

    public void ConfirmAgain(long command) => Save(Ledger with { Confirm = [.. Ledger.Confirm.Append(command).Distinct().TakeLast(FleetLimits.MaxCommands)] });

    /// <summary>A refusal of a genuine command is final: shown again, it is old. One that the receiver did not sign must not make a later one look old.</summary>
    public void Refuse(long command, string reason)
    {
        var genuine = reason is not RefusalReasons.NotSigned;
        Save(Ledger with
        {
            LastCommand = genuine ? Math.Max(Ledger.LastCommand, command) : Ledger.LastCommand,
            Refused = [.. Ledger.Refused.Where(refused => refused.Id != command).Append(new RefusedCommand(command, reason)).TakeLast(FleetLimits.MaxCommands)],
        });
    }

    /// <summary>The receiver has answered the heartbeat that named these.</summary>
    public void Told(CommandLedger told)
    {
        if (told.Confirm.Count + told.Refused.Count > 0)
        {
            Save(Ledger with { Confirm = [.. Ledger.Confirm.Except(told.Confirm)], Refused = [.. Ledger.Refused.Except(told.Refused)] });
        }
    }

    /// <summary>Before a renewed login is sent: its answer may be lost, and the client may renew it again before the next attempt.</summary>
    public HeldLogin Sending(HeldLogin held, string fingerprint)
    {
        if (held.Sent?.Contains(fingerprint, StringComparer.Ordinal) != true)
        {
            held = held with { Sent = [.. (held.Sent ?? []).Append(fingerprint).TakeLast(MaxSent)] };
            Hold(held);
        }

        return held;
    }

    /// <param name="held">Null where the login turned out to be somebody else's.</param>
    public void Hold(HeldLogin? held) => Save(Ledger with { Held = held });

    private void Save(CommandLedger ledger)
    {
        FleetStateJson.Write(_path, ledger, FleetStateJson.Default.CommandLedger);
        Ledger = ledger;
    }
}
