using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>A config dir as its agent described it last.</summary>
/// <param name="AgentId">Whose word it is.</param>
/// <param name="Machine">Where.</param>
/// <param name="SeenAt">When it was said.</param>
/// <param name="Presence">What is believed of its sessions now: live or stale.</param>
/// <param name="Applied">Fingerprint of the login that stands there.</param>
/// <param name="Sessions">At most <see cref="FleetLimits.MaxSessions"/>.</param>
internal sealed record ObservedConfigDir(string AgentId, string Machine, DateTimeOffset SeenAt, Presence Presence, string? Applied, IReadOnlyList<LiveSession> Sessions)
{
    /// <summary>Sessions in which a tool call is open: a swap waits for them.</summary>
    public int OpenCalls => Sessions.Count(session => session.State is SessionState.Tool);

    /// <summary>Since when the oldest of them is open.</summary>
    public DateTimeOffset? OldestCall => Sessions.Where(session => session.State is SessionState.Tool).Min(session => (DateTimeOffset?)session.Since);
}
