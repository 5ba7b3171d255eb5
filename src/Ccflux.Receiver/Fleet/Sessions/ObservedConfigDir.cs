using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>A config dir as its agent last reported it.</summary>
/// <param name="AgentId">The agent that reported it.</param>
/// <param name="Machine">The agent's machine.</param>
/// <param name="SeenAt">When it was reported.</param>
/// <param name="Presence">The assumed state of its sessions now: live or stale.</param>
/// <param name="Applied">Fingerprint of the login in it.</param>
/// <param name="Sessions">At most <see cref="FleetLimits.MaxSessions"/>.</param>
internal sealed record ObservedConfigDir(string AgentId, string Machine, DateTimeOffset SeenAt, Presence Presence, string? Applied, IReadOnlyList<LiveSession> Sessions)
{
    /// <summary>Sessions with a tool call in progress: a swap waits for them.</summary>
    public int OpenCalls => Sessions.Count(session => session.State is SessionState.Tool);

    /// <summary>When the oldest of these calls began.</summary>
    public DateTimeOffset? OldestCall => Sessions.Where(session => session.State is SessionState.Tool).Min(session => (DateTimeOffset?)session.Since);
}
