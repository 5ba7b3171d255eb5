using Ccflux.Receiver.Fleet.Agents;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Agents as they are shown. Pure.</summary>
internal static class AgentRows
{
    /// <summary>Heartbeats come every five seconds; a minute without one and its sessions are gone.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static AgentRow Of(AgentFacts agent, Dictionary<long, string> labels, IReadOnlyList<AgentSessions> live, DateTimeOffset now)
    {
        var heard = live.FirstOrDefault(one => string.Equals(one.AgentId, agent.AgentId, StringComparison.Ordinal));
        var seen = heard is null || agent.LastSeenAt > heard.LastSeenAt ? agent.LastSeenAt : heard.LastSeenAt;
        return new AgentRow(
            agent.AgentId,
            agent.Machine,
            agent.ConfigDirId,
            agent.Platform,
            agent.Version,
            agent.RevokedAt is not null ? AgentPulse.Revoked : seen is null ? AgentPulse.Never : now - seen < s_patience ? AgentPulse.Pulsing : AgentPulse.Silent,
            seen,
            agent.Login,
            agent.AccountId,
            Label(agent.AccountId),
            Label(agent.PendingAccount),
            heard?.Sessions.Count ?? 0,
            agent.LastSwitchAt,
            [.. agent.Granted.Select(account => Label(account)).OfType<string>().Order(StringComparer.OrdinalIgnoreCase)]);

        string? Label(long? account) => account is { } id && labels.TryGetValue(id, out var label) ? label : null;
    }
}
