using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Withdraws all grants of an agent, and ends the commands to it that were never delivered. Both must be called inside one write.</summary>
internal static class GrantWithdrawal
{
    /// <summary>Decides what ends, before anything is written. Null if there is no such agent.</summary>
    public static WithdrawalDecision? Plan(WriteSession session, string agentId) =>
        ConfigDirFacts.Load(session, agentId) is { } configDir ? WithdrawalRule.Decide(configDir, OpenCommand.Load(session, agentId)) : null;

    public static void Save(WriteSession session, string agentId, WithdrawalDecision decision, string reason, DateTimeOffset now)
    {
        session.Execute(AgentSql.WithdrawAll, ("agent", agentId));
        foreach (var command in decision.Ended)
        {
            command.End(session, OpenCommand.Expired, reason, now);
        }

        session.Execute(AgentSql.SetAccount, ("account", decision.AccountId?.Value), ("now", now.ToUnixTimeMilliseconds()), ("agent", agentId));
    }
}
