using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Builds the rows of agents. Pure.</summary>
internal static class AgentRows
{
    private const int ShownDigits = 8;

    /// <summary>All agents. An agent's own name for its config dir is never shown.</summary>
    public static List<AgentRow> All(
        IReadOnlyList<AgentFacts> agents, Dictionary<FleetAccountId, string> labels, IReadOnlyDictionary<string, FleetAccountId> requested, IReadOnlyList<ObservedConfigDir> live, DateTimeOffset now)
    {
        var newest = agents.Where(agent => agent.RevokedAt is null).GroupBy(agent => (agent.Machine.ToUpperInvariant(), agent.ConfigDirId)).ToDictionary(same => same.Key, same => same.Max(agent => agent.EnrolledAt));
        return
        [
            .. agents.Select(agent => (Agent: agent, Row: Of(agent, labels, requested, live, now)))
                .Select(pair => pair.Row.State is AgentConnection.Offline or AgentConnection.Never && newest[(pair.Agent.Machine.ToUpperInvariant(), pair.Agent.ConfigDirId)] > pair.Agent.EnrolledAt
                    ? pair.Row with { State = AgentConnection.Replaced }
                    : pair.Row),
        ];
    }

    private static AgentRow Of(AgentFacts agent, Dictionary<FleetAccountId, string> labels, IReadOnlyDictionary<string, FleetAccountId> requested, IReadOnlyList<ObservedConfigDir> live, DateTimeOffset now)
    {
        var heard = live.FirstOrDefault(one => string.Equals(one.AgentId, agent.AgentId, StringComparison.Ordinal));
        var seen = heard is null || agent.LastSeenAt > heard.SeenAt ? agent.LastSeenAt : heard.SeenAt;
        return new AgentRow(
            agent.AgentId,
            agent.Machine,
            agent.AgentId.Length > ShownDigits ? agent.AgentId[..ShownDigits] : agent.AgentId,
            agent.Platform,
            agent.Version,
            agent.KeyFingerprint,
            agent.MustEnrolAgain,
            agent.RevokedAt is not null ? AgentConnection.Revoked : seen is not { } at ? AgentConnection.Never : SessionRule.Of(now - at) is Presence.Gone ? AgentConnection.Offline : AgentConnection.Online,
            seen,
            agent.Login,
            agent.AccountId,
            Label(agent.AccountId),
            Label(agent.ClaimedAccount),
            Label(agent.PendingAccount),
            Label(requested.TryGetValue(agent.AgentId, out var asked) ? asked : null),
            heard?.Sessions.Count ?? 0,
            agent.LastSwitchAt,
            [.. agent.Granted.Select(account => Label(account)).OfType<string>().Order(StringComparer.OrdinalIgnoreCase)]);

        string? Label(FleetAccountId? account) => account is { } id && labels.TryGetValue(id, out var label) ? label : null;
    }
}
