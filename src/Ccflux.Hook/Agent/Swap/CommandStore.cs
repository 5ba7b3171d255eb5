using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>Keeps the progress of commands on disk: a command that was carried out or refused is reported until the receiver has acknowledged it.</summary>
internal sealed class CommandStore
{
    /// <summary>How many consecutive answers may be lost, with a renewal in between.</summary>
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

    /// <summary>Records a refusal. For a genuine command it is final: shown again, it counts as old. One that the receiver did not sign must not make a later one look old.</summary>
    public void Refuse(long command, string reason)
    {
        var genuine = reason is not RefusalReasons.NotSigned;
        Save(Progress with
        {
            LastCommand = genuine ? Math.Max(Progress.LastCommand, command) : Progress.LastCommand,
            Refused = [.. Progress.Refused.Where(refused => refused.Id != command).Append(new RefusedCommand(command, reason)).TakeLast(FleetLimits.MaxCommands)],
        });
    }

    /// <summary>Removes what the receiver has acknowledged by answering the heartbeat that reported it.</summary>
    public void Reported(CommandProgress reported)
    {
        if (reported.Confirm.Count + reported.Refused.Count > 0)
        {
            Save(Progress with { Confirm = [.. Progress.Confirm.Except(reported.Confirm)], Refused = [.. Progress.Refused.Except(reported.Refused)] });
        }
    }

    /// <summary>Records a renewed login before it is sent: the answer may be lost, and the client may renew the login again before the next attempt.</summary>
    public InstalledLogin Sending(InstalledLogin held, string fingerprint)
    {
        if (held.Sent?.Contains(fingerprint, StringComparer.Ordinal) != true)
        {
            held = held with { Sent = [.. (held.Sent ?? []).Append(fingerprint).TakeLast(MaxSent)] };
            Hold(held);
        }

        return held;
    }

    /// <param name="held">Null if the login turned out not to be the fleet's.</param>
    public void Hold(InstalledLogin? held) => Save(Progress with { Held = held });

    private void Save(CommandProgress progress)
    {
        FleetStateJson.Write(_path, progress, FleetStateJson.Default.CommandProgress);
        Progress = progress;
    }
}
