using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Whose login is in a config dir.</summary>
/// <param name="AccountId">Null if the login is none of the vault's, or one that the agent may not have.</param>
/// <param name="FormerHolder">Who held the full login that is there, if its agent becomes the holder now.</param>
internal sealed record AdoptionDecision(FleetAccountId? AccountId, string? FormerHolder = null);

/// <summary>
/// Decides whose login is in a config dir. An agent's report about an account counts if the account is granted to it, or if it holds that account's
/// login; anyone can name a fingerprint, since they are shown. If a full login of ours is there, its client controls it, whatever is stored: the agent
/// becomes its holder, so that nobody else renews it. An unknown login in a config dir that held one of ours is that one, renewed by the client. Pure.
/// </summary>
internal static class AdoptionRule
{
    public static AdoptionDecision Decide(ConfigDirFacts facts)
    {
        if (facts.Applied is not { } applied)
        {
            return new AdoptionDecision(null);
        }

        if (facts.Accounts.FirstOrDefault(account => IsOne(account.Fingerprint, applied) || IsOne(account.AccessFingerprint, applied)) is not { } account)
        {
            return new AdoptionDecision(facts.AccountId is { } former && facts.Holds(former) ? former : null);
        }

        if (!facts.Granted.Contains(account.AccountId))
        {
            return new AdoptionDecision(facts.Holds(account.AccountId) ? account.AccountId : null);
        }

        var isWhole = IsOne(account.Fingerprint, applied) && account.IsRefreshable;
        return new AdoptionDecision(account.AccountId, isWhole && account.Holder is (Holder.Vault or Holder.Foreign) ? account.Holder : null);
    }

    private static bool IsOne(string fingerprint, string applied) => string.Equals(fingerprint, applied, StringComparison.Ordinal);
}
