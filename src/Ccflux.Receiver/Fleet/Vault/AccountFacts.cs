namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Who may spend an account's refresh token. There is exactly one holder at any time.</summary>
internal static class Holder
{
    /// <summary>The receiver, which renews the login before it expires.</summary>
    public const string Vault = "vault";

    /// <summary>A config dir whose agent was given the full login.</summary>
    public const string Agent = "agent";

    /// <summary>A config dir that the login was imported from and that no agent serves.</summary>
    public const string Foreign = "foreign";
}

/// <summary>How the current login reached the vault.</summary>
internal static class RefreshPath
{
    /// <summary>The receiver renewed it.</summary>
    public const string Switcher = "switcher";

    /// <summary>The client renewed its own login, and the agent returned it.</summary>
    public const string Session = "session";

    /// <summary>The operator imported it.</summary>
    public const string Login = "login";
}

/// <summary>Faults that only a new login fixes.</summary>
internal static class AccountFault
{
    /// <summary>The issuer rejected the refresh token permanently.</summary>
    public const string InvalidGrant = "invalid_grant";

    /// <summary>A refresh ended with an unknown outcome: the refresh token may be spent.</summary>
    public const string Unknown = "unknown";

    /// <summary>The issuer answered for another account.</summary>
    public const string OtherAccount = "other_account";
}

/// <summary>The public facts of an account. Nothing here is secret.</summary>
/// <param name="AccountId">The fleet's id of the account.</param>
/// <param name="Key">Both ids as one text, built by <see cref="Contracts.Quota.AccountKey"/>; quota identifies the account by it.</param>
/// <param name="Uuid">The issuer's id of the person's account.</param>
/// <param name="OrganizationUuid">The organisation that the seat belongs to; null until the issuer has named it.</param>
/// <param name="Holder">One of <see cref="Vault.Holder"/>.</param>
/// <param name="HolderAgent">The agent that holds the login, if one does.</param>
/// <param name="HolderMachine">That agent's machine.</param>
/// <param name="HolderSeenAt">When that agent was last seen.</param>
/// <param name="HolderHasIt">True if the login is in that agent's config dir; false if it is on its way there or back, or the client dropped it.</param>
/// <param name="OnItsWay">Sealed to that agent and not yet confirmed.</param>
/// <param name="ExpiresAt">When its access token expires, or is assumed to.</param>
/// <param name="EndIsKnown">False if the login does not state when its access token expires.</param>
/// <param name="RefreshedBy">One of <see cref="RefreshPath"/>.</param>
/// <param name="Fault">One of <see cref="AccountFault"/>, or null.</param>
/// <param name="InUse">A session uses it, or may.</param>
/// <param name="Exhausted">Its seven-day window is used up.</param>
/// <param name="CanOpen">The key ring contains the key that its login is encrypted with.</param>
/// <param name="IntentAt">When the refresh in progress began; null if none is in progress.</param>
internal sealed record AccountFacts(
    FleetAccountId AccountId,
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
