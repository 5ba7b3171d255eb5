using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Whether a login was sealed to an agent and, if not, why.</summary>
internal enum IssueOutcome
{
    Issued = 1,
    NoSuchAgent = 2,
    NotGranted = 3,

    /// <summary>The config dir already has it.</summary>
    AlreadyThere = 4,

    /// <summary>An earlier command to this agent is not settled.</summary>
    Pending = 5,

    /// <summary>The full login is elsewhere, and a copy is not allowed or would not work.</summary>
    HeldElsewhere = 6,

    /// <summary>The login has a fault, cannot be opened, or does not exist.</summary>
    NeedsLogin = 7,

    /// <summary>The login is being renewed right now.</summary>
    Refreshing = 8,

    /// <summary>The client there keeps its login where an agent cannot write one.</summary>
    NoLoginFile = 9,

    /// <summary>The database cannot be written to.</summary>
    Busy = 10,

    /// <summary>The agent knows no key of this receiver, or an old one: it would not accept any command.</summary>
    EnrolAgain = 11,
}

/// <summary>The agent that a login is to be sealed to.</summary>
/// <param name="Applied">Fingerprint of the login in its config dir.</param>
/// <param name="AccountId">The account of that login.</param>
/// <param name="KeepsInKeychain">Its client keeps logins where an agent cannot write them.</param>
/// <param name="ReceiverKey">The receiver's public key that it pinned.</param>
internal sealed record Recipient(string AgentId, string SealingKey, string? Applied, FleetAccountId? AccountId, bool KeepsInKeychain, string? ReceiverKey);

/// <summary>What the issue of a login depends on.</summary>
/// <param name="Account">Null if there is no such account.</param>
/// <param name="Agent">Null if there is no such agent, or it was revoked.</param>
/// <param name="SigningKey">The receiver's public key; null if it has none.</param>
/// <param name="HasOpenCommand">A command to the agent is not settled.</param>
/// <param name="IsRefreshing">A refresh of the login is in progress.</param>
internal sealed record IssueFacts(StoredAccount? Account, Recipient? Agent, bool IsGranted, string? SigningKey, bool HasOpenCommand, bool IsRefreshing);

/// <summary>Whether a login is sealed to an agent, and in which form.</summary>
/// <param name="Login">What is sealed, if anything is.</param>
/// <param name="Whole">True if the agent becomes the account's holder; false if it gets a copy.</param>
internal sealed record IssueDecision(IssueOutcome Outcome, Login? Login = null, bool Whole = false);

/// <summary>Decides whether an agent is given an account's login. Pure.</summary>
internal static class IssueRule
{
    /// <param name="facts">As stored now.</param>
    /// <param name="allowCopy">If the login is held elsewhere, give a copy without its refresh token.</param>
    /// <param name="now">The current time.</param>
    public static IssueDecision Decide(IssueFacts facts, bool allowCopy, DateTimeOffset now)
    {
        if (facts.Agent is not { } agent)
        {
            return new IssueDecision(IssueOutcome.NoSuchAgent);
        }

        if (facts.Account is not { Fault: null, Login: { } login } account)
        {
            return new IssueDecision(IssueOutcome.NeedsLogin);
        }

        if (Refusal(facts, agent) is { } refusal)
        {
            return new IssueDecision(refusal);
        }

        // A copy may be replaced by the full login if the vault has it.
        var isWhole = account.Holder is Holder.Vault && login.RefreshToken is not null;
        var hasCopy = isWhole && string.Equals(agent.Applied, login.AccessFingerprint, StringComparison.Ordinal);
        if (agent.AccountId == account.AccountId && !hasCopy)
        {
            return new IssueDecision(IssueOutcome.AlreadyThere);
        }

        if (facts.IsRefreshing)
        {
            return new IssueDecision(IssueOutcome.Refreshing);
        }

        if (isWhole)
        {
            return new IssueDecision(IssueOutcome.Issued, login, Whole: true);
        }

        return !(login.ExpiresAt <= now) && (allowCopy || account.Holder is Holder.Vault)
            ? new IssueDecision(IssueOutcome.Issued, login.RefreshToken is null ? login : login.WithoutRefresh())
            : new IssueDecision(IssueOutcome.HeldElsewhere);
    }

    /// <summary>Why the agent gets nothing now, whichever account it is.</summary>
    private static IssueOutcome? Refusal(IssueFacts facts, Recipient agent) =>
        !facts.IsGranted ? IssueOutcome.NotGranted
        : agent.KeepsInKeychain ? IssueOutcome.NoLoginFile
        : facts.SigningKey is null || !string.Equals(agent.ReceiverKey, facts.SigningKey, StringComparison.Ordinal) ? IssueOutcome.EnrolAgain
        : facts.HasOpenCommand ? IssueOutcome.Pending
        : null;
}
