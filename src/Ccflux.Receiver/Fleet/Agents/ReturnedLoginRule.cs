using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>What the decision about a returned login depends on.</summary>
/// <param name="AgentId">The agent that returns it.</param>
/// <param name="Login">What it returned; null if that cannot be opened, or contains no login.</param>
/// <param name="Account">The account that it is about; null if the vault has none of that person.</param>
/// <param name="IsGranted">The account is granted to the agent.</param>
/// <param name="IsOnItsWay">A command with the account's full login is on its way to the agent.</param>
internal sealed record ReturnedLoginFacts(string AgentId, Login? Login, StoredAccount? Account, bool IsGranted, bool IsOnItsWay);

/// <summary>What becomes of a returned login.</summary>
/// <param name="Outcome">For the access log: <see cref="FleetAccess.Done"/>, or one of <see cref="ErrorCodes"/>; null if its issuer must be asked first.</param>
/// <param name="Fingerprint">Of the returned login, for the access log.</param>
/// <param name="Detail">For the access log.</param>
/// <param name="Kept">Fingerprint of the login that the vault has from now on, if it was accepted.</param>
/// <param name="Replaces">It replaces the vault's.</param>
/// <param name="Holder">The new holder, if that changes: the vault, or the agent that returns it.</param>
/// <param name="Applied">Fingerprint of the login that is in the agent's config dir from now on; null if that is not known from this.</param>
internal sealed record ReturnedLoginDecision(
    string? Outcome, string? Fingerprint = null, string Detail = "", string? Kept = null, bool Replaces = false, string? Holder = null, string? Applied = null);

/// <summary>Decides what becomes of a login that an agent returns: renewed by the client, or handed back. Pure.</summary>
internal static class ReturnedLoginRule
{
    /// <summary>Decides what can be decided without asking the issuer.</summary>
    public static ReturnedLoginDecision Look(ReturnedLoginFacts facts, ReturnedLogin returned)
    {
        if (facts.Account is not { } account || !(facts.IsGranted || account.IsHeldBy(facts.AgentId)))
        {
            return new ReturnedLoginDecision(ErrorCodes.AccountNotGranted);
        }

        if (account.Login is not { } stored)
        {
            return new ReturnedLoginDecision(ErrorCodes.Busy, Detail: "the key ring is missing");
        }

        if (facts.Login is not { } login)
        {
            return new ReturnedLoginDecision(ErrorCodes.CredentialRefused, Detail: "cannot be opened, or contains no login");
        }

        var isCopy = login.RefreshToken is null && string.Equals(login.AccessToken, stored.AccessToken, StringComparison.Ordinal);
        if (isCopy || login.HasTokensOf(stored))
        {
            var unchanged = new ReturnedLoginDecision(FleetAccess.Done, login.Fingerprint, returned.HandedBack ? "handed back, unchanged" : "unchanged", account.Fingerprint);
            return isCopy || (returned.HandedBack && IsGivenAgain(facts, account)) ? unchanged : Settled(unchanged, facts.AgentId, account, returned);
        }

        return login.RefreshToken is null || !string.Equals(returned.Replaces, account.Fingerprint, StringComparison.Ordinal)
            ? Superseded(login, returned)
            : new ReturnedLoginDecision(null);
    }

    /// <summary>Decides whether a new login that its issuer has named the owner of replaces the vault's: only if that is still the one that it states it replaces.</summary>
    /// <param name="agentId">The agent that returns it.</param>
    /// <param name="login">The new login.</param>
    /// <param name="present">The account as stored now; null if it was removed.</param>
    /// <param name="returned">What the agent stated.</param>
    public static ReturnedLoginDecision Store(string agentId, Login login, StoredAccount? present, ReturnedLogin returned) =>
        present is null || !string.Equals(present.Fingerprint, returned.Replaces, StringComparison.Ordinal)
            ? Superseded(login, returned)
            : Settled(
                new ReturnedLoginDecision(FleetAccess.Done, login.Fingerprint, returned.HandedBack ? "handed back" : "renewed", login.Fingerprint, Replaces: true),
                agentId,
                present,
                returned);

    /// <summary>Adds the new holder: the vault if the agent has removed the login from its config dir, else that agent.</summary>
    private static ReturnedLoginDecision Settled(ReturnedLoginDecision decision, string agentId, StoredAccount account, ReturnedLogin returned) => returned.HandedBack
        ? decision with { Holder = account.Holder is Holder.Vault ? null : Holder.Vault }
        : decision with { Holder = account.IsHeldBy(agentId) ? null : Holder.Agent, Applied = decision.Kept };

    /// <summary>A login that is handed back twice, because the first answer was lost, may have been given out since: to another agent, or to this one.</summary>
    private static bool IsGivenAgain(ReturnedLoginFacts facts, StoredAccount account) =>
        facts.IsOnItsWay || (account.Holder is Holder.Agent && !account.IsHeldBy(facts.AgentId));

    private static ReturnedLoginDecision Superseded(Login login, ReturnedLogin returned) =>
        new(ErrorCodes.CredentialSuperseded, login.Fingerprint, $"replaces {returned.Replaces}");
}
