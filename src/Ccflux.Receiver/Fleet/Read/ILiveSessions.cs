namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A port: the sessions that live now, agent by agent.</summary>
internal interface ILiveSessions
{
    IReadOnlyList<AgentSessions> Now();
}

/// <summary>An agent that is heard, and the sessions in its config dir.</summary>
internal sealed record AgentSessions(string AgentId, DateTimeOffset LastSeenAt, IReadOnlyList<SessionFacts> Sessions);

/// <summary>A session of Claude Code.</summary>
/// <param name="State">idle, turn or tool.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="StartedAt">When it was first heard of.</param>
/// <param name="IsStale">Not heard for 15 seconds.</param>
internal sealed record SessionFacts(string SessionId, string State, string? Model, DateTimeOffset Since, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt, bool IsStale);

/// <summary>Where nobody keeps sessions.</summary>
internal sealed class NoLiveSessions : ILiveSessions
{
    public IReadOnlyList<AgentSessions> Now() => [];
}
