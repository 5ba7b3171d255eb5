using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The ledger of commands, kept on disk: what was carried out or refused is told until the receiver has heard it.</summary>
internal sealed class CommandStore
{
    /// <summary>Answers that are lost one after another, with a renewal in between.</summary>
    private const int MaxSent = 8;

    private readonly string _path;

    public CommandStore(FleetDirectory fleet)
    {
        _path = fleet.Progress;
        Progress = FleetStateJson.Read(_path, FleetStateJson.Default.CommandProgress) ?? CommandProgress.Empty;
    }

    public CommandProgress Progress { get; private set; }

    public void Done(long command, InstalledLogin held)
    {
        var progress = Progress;
        Save(command == 0 ? progress with { Held = held } : progress with
        {
            LastCommand = Math.Max(progress.LastCommand, command),
            Done = [.. progress.Done.Append(command).TakeLast(FleetLimits.MaxCommands)],
            Confirm = [.. progress.Confirm.Append(command).Distinct().TakeLast(FleetLimits.MaxCommands)],
            Held = held,
        });
    }

    public void ConfirmAgain(long command) => Save(Progress with { Confirm = [.. Progress.Confirm.Append(command).Distinct().TakeLast(FleetLimits.MaxCommands)] });

    /// <summary>A refusal of a genuine command is final: shown again, it is old. One that the receiver did not sign must not make a later one look old.</summary>
    public void Refuse(long command, string reason)
    {
        var genuine = reason is not RefusalReasons.NotSigned;
        Save(Progress with
        {
            LastCommand = genuine ? Math.Max(Progress.LastCommand, command) : Progress.LastCommand,
            Refused = [.. Progress.Refused.Where(refused => refused.Id != command).Append(new RefusedCommand(command, reason)).TakeLast(FleetLimits.MaxCommands)],
        });
    }

    /// <summary>The receiver has answered the heartbeat that named these.</summary>
    public void Reported(CommandProgress reported)
    {
        if (reported.Confirm.Count + reported.Refused.Count > 0)
        {
            Save(Progress with { Confirm = [.. Progress.Confirm.Except(reported.Confirm)], Refused = [.. Progress.Refused.Except(reported.Refused)] });
        }
    }

    /// <summary>Before a renewed login is sent: its answer may be lost, and the client may renew it again before the next attempt.</summary>
    public InstalledLogin Sending(InstalledLogin held, string fingerprint)
    {
        if (held.Sent?.Contains(fingerprint, StringComparer.Ordinal) != true)
        {
            held = held with { Sent = [.. (held.Sent ?? []).Append(fingerprint).TakeLast(MaxSent)] };
            Hold(held);
        }

        return held;
    }

    /// <param name="held">Null where the login turned out to be somebody else's.</param>
    public void Hold(InstalledLogin? held) => Save(Progress with { Held = held });

    private void Save(CommandProgress progress)
    {
        FleetStateJson.Write(_path, progress, FleetStateJson.Default.CommandProgress);
        Progress = progress;
    }
}
