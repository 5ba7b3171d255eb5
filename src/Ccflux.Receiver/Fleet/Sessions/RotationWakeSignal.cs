using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>Wakes rotation: a session began in a config dir without a login of the fleet, a call ended that a switch was waiting for, a limit was hit, or a
/// person changed something.</summary>
internal sealed class RotationWakeSignal : WakeSignal
{
    private volatile IReadOnlySet<string> _waiting = new HashSet<string>(StringComparer.Ordinal);

    /// <param name="agents">All agents whose config dirs delay a switch until their calls end.</param>
    public void Await(IReadOnlySet<string> agents) => _waiting = agents;

    /// <summary>The config dir has no more calls in progress.</summary>
    public void CallsEnded(string agent)
    {
        if (_waiting.Contains(agent))
        {
            Give();
        }
    }
}
