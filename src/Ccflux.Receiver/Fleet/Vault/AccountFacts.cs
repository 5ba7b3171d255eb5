namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Who may spend an account's refresh token. There is one at any time.</summary>
internal static class Holder
{
    /// <summary>The receiver: it renews before expiry.</summary>
    public const string Vault = "vault";

    /// <summary>A config dir whose agent was given the whole login.</summary>
    public const string Agent = "agent";

    /// <summary>A config dir that the login was imported from and that no agent answers for.</summary>
    public const string Foreign = "foreign";
}

/// <summary>Which of the three paths brought the present login.</summary>
internal static class RefreshPath
{
    /// <summary>The receiver renewed it.</summary>
    public const string Switcher = "switcher";

    /// <summary>The client renewed its own, and the agent brought it.</summary>
    public const string Session = "session";

    /// <summary>The operator imported it.</summary>
    public const string Login = "login";
}

/// <summary>What only a new login mends.</summary>
internal static class AccountFault
{
    /// <summary>The issuer refused the refresh token for good.</summary>
    public const string InvalidGrant = "invalid_grant";

    /// <summary>A refresh ended without its outcome being known: the refresh token may be spent.</summary>
    public const string Unknown = "unknown";

    /// <summary>The issuer answered for another account.</summary>
    public const string OtherAccount = "other_account";
}

/// <summary>An account as everybody may see it: nothing here is secret.</summary>
/// <param name="AccountId">What the fleet calls it by.</param>
/// <param name="Key">The pair of both ids as one text, by <see cref="Contracts.Quota.AccountKey"/>: what quota knows it by.</param>
/// <param name="Uuid">What its issuer calls the person's account.</param>
/// <param name="OrganizationUuid">The organisation whose seat it is; null while the issuer has not said it.</param>
/// <param name="Holder">One of <see cref="Vault.Holder"/>.</param>
/// <param name="HolderAgent">Where an agent is it.</param>
/// <param name="HolderMachine">That agent's machine.</param>
/// <param name="HolderSeenAt">When that agent was heard of last.</param>
/// <param name="HolderHasIt">It stands in that agent's config dir; false where it is on its way there or back, or the client dropped it.</param>
/// <param name="OnItsWay">Sealed to that agent, and not yet confirmed.</param>
/// <param name="ExpiresAt">When its access token ends, or is taken to.</param>
/// <param name="EndIsKnown">False where the login does not say when its access token ends.</param>
/// <param name="RefreshedBy">One of <see cref="RefreshPath"/>.</param>
/// <param name="Fault">One of <see cref="AccountFault"/>, or null.</param>
/// <param name="InUse">A session lives on it, or may.</param>
/// <param name="Exhausted">Its seven-day window is used up.</param>
/// <param name="CanOpen">The key ring holds the key that its login is encrypted with.</param>
/// <param name="IntentAt">When a refresh began whose outcome is not stored; null where none is under way.</param>
internal sealed record AccountFacts(
    long AccountId,
    string Key,
    string Uuid,
    string? OrganizationUuid,
    string Label,
    string Email,
    string Plan,
    string? NextCharge,
    long? FiveHourCeiling,
    long? SevenDayCeiling,
    string Fingerprint,
    bool Refreshable,
    DateTimeOffset ExpiresAt,
    bool EndIsKnown,
    string Holder,
    string? HolderAgent,
    string? HolderMachine,
    DateTimeOffset? HolderSeenAt,
    bool HolderHasIt,
    bool OnItsWay,
    DateTimeOffset HeldSince,
    DateTimeOffset RefreshedAt,
    string RefreshedBy,
    string? Fault,
    DateTimeOffset? FaultAt,
    long Failures,
    string? Failure,
    DateTimeOffset? RetryAt,
    DateTimeOffset? IntentAt,
    bool InUse,
    bool Exhausted,
    bool CanOpen);
