using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>Has rotation look at the fleet now: a session began where no login of the fleet stands, a call ended that a switch waits for, a limit was met, or a
/// person set something.</summary>
internal sealed class RotationWakeSignal : WakeSignal
{
    private volatile IReadOnlySet<string> _waiting = new HashSet<string>(StringComparer.Ordinal);

    /// <param name="agents">Those whose config dirs wait with a switch for the end of their calls, all of them.</param>
    public void Await(IReadOnlySet<string> agents) => _waiting = agents;

    /// <summary>No call is open in the config dir any more.</summary>
    public void CallsEnded(string agent)
    {
        if (_waiting.Contains(agent))
        {
            Give();
        }
    }
}
