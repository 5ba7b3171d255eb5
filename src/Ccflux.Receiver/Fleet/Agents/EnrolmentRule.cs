namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>A code from the admin that is neither used nor expired.</summary>
/// <param name="Machine">The machine that it is for.</param>
/// <param name="AgentId">The agent that gets new keys; null for a new agent.</param>
internal sealed record EnrolmentCode(string Machine, string? AgentId);

/// <summary>Decides whether a code may be exchanged for an agent's registered keys. Pure.</summary>
internal static class EnrolmentRule
{
    public const string Used = "The code has been used. Ask the admin for a new one.";

    /// <param name="code">Null if there is none, or if it was used or has expired.</param>
    /// <param name="machine">The machine that the request states.</param>
    /// <param name="agents">How many agents there are, including revoked ones.</param>
    /// <returns>Why not, as a sentence; null if it may.</returns>
    public static string? Refusal(EnrolmentCode? code, string machine, long agents)
    {
        if (code is null)
        {
            return "The code is unknown, used or expired. Ask the admin for a new one.";
        }

        if (!string.Equals(code.Machine, machine, StringComparison.OrdinalIgnoreCase))
        {
            return "The code is for another machine. Ask the admin for a new one.";
        }

        return code.AgentId is null && agents >= AgentStore.MaxAgents
            ? $"The receiver has {AgentStore.MaxAgents} agents, including revoked ones, and accepts no more. An existing agent can be enrolled again."
            : null;
    }
}
