using System.Collections.Frozen;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>What ends when an agent loses all its grants.</summary>
/// <param name="Ended">Commands that were never delivered.</param>
/// <param name="AccountId">The account that its config dir has from then on; null if it has none of ours.</param>
internal sealed record WithdrawalDecision(IReadOnlyList<OpenCommand> Ended, FleetAccountId? AccountId);

/// <summary>Decides what ends when an agent loses all its grants, because it was revoked or gets new keys: it was not given what was never delivered, and what it
/// holds stays its own. Pure.</summary>
internal static class WithdrawalRule
{
    /// <param name="configDir">The agent's.</param>
    /// <param name="open">Its commands that are not settled.</param>
    public static WithdrawalDecision Decide(ConfigDirFacts configDir, IReadOnlyList<OpenCommand> open)
    {
        var ended = open.Where(command => !command.IsDelivered).ToList();
        var takenBack = ended.Where(command => command.IsTakenBack).Select(command => command.AccountId).ToHashSet();
        var after = configDir with
        {
            Granted = FrozenSet<FleetAccountId>.Empty,
            Accounts = [.. configDir.Accounts.Select(account => takenBack.Contains(account.AccountId) ? account with { Holder = Holder.Vault, HolderAgent = null } : account)],
        };
        return new WithdrawalDecision(ended, AdoptionRule.Decide(after).AccountId);
    }
}
