using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Sessions;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A live session as the page shows it.</summary>
/// <param name="User">E-mail address of its user, if usage knows it.</param>
/// <param name="State">idle, turn or tool; stale if heartbeats are missing.</param>
/// <param name="Since">When it entered the last reported state.</param>
public sealed record SessionRow(string Session, string? User, string Machine, string ConfigDir, string? Account, string State, string? Model, DateTimeOffset Since, DateTimeOffset LastSeenAt);

/// <summary>Builds the rows of sessions with their machine and account, tool calls first. Pure.</summary>
internal static class SessionRows
{
    public const string Stale = "stale";

    public static IReadOnlyList<SessionRow> Of(IReadOnlyList<ObservedConfigDir> live, IReadOnlyList<AgentRow> agents, SessionOwners owners)
    {
        var byId = agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        return
        [
            .. live.Where(seen => byId.ContainsKey(seen.AgentId))
                .SelectMany(seen => seen.Sessions.Select(session => Row(seen, session, byId[seen.AgentId], owners)))
                .OrderBy(row => Rank(row.State)).ThenBy(row => row.Machine, StringComparer.OrdinalIgnoreCase).ThenBy(row => row.Since),
        ];
    }

    private static SessionRow Row(ObservedConfigDir seen, LiveSession session, AgentRow agent, SessionOwners owners) => new(
        session.SessionId, owners.Of(session.SessionId, agent.Machine), agent.Machine, agent.ConfigDir, agent.Account, seen.Presence is Presence.Stale ? Stale : session.State, session.Model, session.Since, seen.SeenAt);

    private static int Rank(string state) => state switch { SessionState.Tool => 0, SessionState.Turn => 1, SessionState.Idle => 2, _ => 3 };
}
