using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Agents as they are shown. Pure.</summary>
internal static class AgentRows
{
    public static AgentRow Of(AgentFacts agent, Dictionary<long, string> labels, IReadOnlyDictionary<string, long> requested, IReadOnlyList<ConfigDirSeen> live, DateTimeOffset now)
    {
        var heard = live.FirstOrDefault(one => string.Equals(one.AgentId, agent.AgentId, StringComparison.Ordinal));
        var seen = heard is null || agent.LastSeenAt > heard.SeenAt ? agent.LastSeenAt : heard.SeenAt;
        return new AgentRow(
            agent.AgentId,
            agent.Machine,
            agent.ConfigDirId,
            agent.Platform,
            agent.Version,
            agent.RevokedAt is not null ? AgentPulse.Revoked : seen is not { } at ? AgentPulse.Never : SessionRule.Of(now - at) is Presence.Gone ? AgentPulse.Silent : AgentPulse.Pulsing,
            seen,
            agent.Login,
            agent.AccountId,
            Label(agent.AccountId),
            Label(agent.PendingAccount),
            Label(requested.TryGetValue(agent.AgentId, out var asked) ? asked : null),
            heard?.Sessions.Count ?? 0,
            agent.LastSwitchAt,
            [.. agent.Granted.Select(account => Label(account)).OfType<string>().Order(StringComparer.OrdinalIgnoreCase)]);

        string? Label(long? account) => account is { } id && labels.TryGetValue(id, out var label) ? label : null;
    }
}
