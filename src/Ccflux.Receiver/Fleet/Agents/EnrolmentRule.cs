using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>A code from the admin that is neither used nor expired.</summary>
/// <param name="Machine">The machine that it is for.</param>
/// <param name="AgentId">The agent that gets new keys; null for a new agent.</param>
internal sealed record EnrolmentCode(string Machine, string? AgentId);

/// <summary>Decides whether a code may be exchanged for an agent's registered keys. Pure.</summary>
internal static class EnrolmentRule
{
    /// <param name="code">Null if there is none, or if it was used or has expired.</param>
    /// <param name="machine">The machine that the request states.</param>
    /// <param name="agents">How many agents there are, including revoked ones.</param>
    /// <returns>Why not; null if it may.</returns>
    public static Refusal? Refusal(EnrolmentCode? code, string machine, long agents)
    {
        if (code is null)
        {
            return Refusals.EnrolmentCodeUnknown;
        }

        if (!string.Equals(code.Machine, machine, StringComparison.OrdinalIgnoreCase))
        {
            return Refusals.EnrolmentCodeOfAnother;
        }

        return code.AgentId is null && agents >= AgentStore.MaxAgents
            ? Refusals.AgentsFull(AgentStore.MaxAgents)
            : null;
    }
}
