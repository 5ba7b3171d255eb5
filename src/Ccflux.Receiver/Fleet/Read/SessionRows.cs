namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A live session, as it is shown.</summary>
/// <param name="State">idle, turn, tool; stale where it is not heard.</param>
/// <param name="Since">When it came into this state; for a stale one, when it was heard last.</param>
public sealed record SessionRow(
    string Session, string Machine, string ConfigDir, string? Account, string State, string? Model, DateTimeOffset Since, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt);

/// <summary>Sessions with the machine and account they are on, tool calls first. Pure.</summary>
internal static class SessionRows
{
    public const string Stale = "stale";

    public static IReadOnlyList<SessionRow> Of(IReadOnlyList<AgentSessions> live, IReadOnlyList<AgentRow> agents)
    {
        var byId = agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        return
        [
            .. live.Where(one => byId.ContainsKey(one.AgentId))
                .SelectMany(one => one.Sessions.Select(session => Row(session, byId[one.AgentId])))
                .OrderBy(row => Rank(row.State)).ThenBy(row => row.Machine, StringComparer.OrdinalIgnoreCase).ThenBy(row => row.StartedAt),
        ];
    }

    private static SessionRow Row(SessionFacts session, AgentRow agent) => new(
        session.SessionId,
        agent.Machine,
        agent.ConfigDir,
        agent.Account,
        session.IsStale ? Stale : session.State,
        session.Model,
        session.IsStale ? session.LastSeenAt : session.Since,
        session.StartedAt,
        session.LastSeenAt);

    private static int Rank(string state) => state switch { "tool" => 0, "turn" => 1, "idle" => 2, _ => 3 };
}
