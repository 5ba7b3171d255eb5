using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The owner of a login, as far as it is known.</summary>
/// <param name="OrganizationUuid">Null if neither the issuer nor the login names it.</param>
/// <param name="IsAsked">True if the issuer named the owner. Otherwise the login itself did, and the first refresh proves it.</param>
internal sealed record LoginOwner(string Uuid, string? OrganizationUuid, string Email, bool IsAsked)
{
    /// <summary>The account's key in the vault.</summary>
    public string Key => AccountKey.Of(Uuid, OrganizationUuid)!;
}

/// <summary>A login that the operator supplies.</summary>
/// <param name="Asked">Why the issuer could not name the organisation of the account that the vault already has; null if it did, or was not asked.</param>
/// <param name="VaultOnly">The login was made for the vault alone.</param>
internal sealed record LoginToImport(string Label, LoginOwner Owner, string? Asked, Login Login, bool VaultOnly);

/// <summary>What the vault has when a login is imported.</summary>
/// <param name="OfKey">The account of the same person in the same organisation.</param>
/// <param name="OfPerson">An account of the same person in any organisation; one whose organisation is unknown, if there is one.</param>
/// <param name="LabelOwner">The account that has the label.</param>
/// <param name="Count">Of the vault's accounts.</param>
/// <param name="FoundAt">The agent whose config dir contains the login.</param>
internal sealed record ImportFacts(StoredAccount? OfKey, StoredAccount? OfPerson, FleetAccountId? LabelOwner, long Count, string? FoundAt);

/// <summary>How a login is imported.</summary>
/// <param name="Refusal">Why it is not, for the operator; then nothing else counts.</param>
/// <param name="Known">The account whose login it replaces; null for a new account.</param>
/// <param name="NewKey">The key that a known account gets, because its organisation is now known; null if it keeps its own.</param>
/// <param name="HolderAgent">The agent that holds the login, whatever the operator stated; null if none does.</param>
internal sealed record ImportDecision(string? Refusal, StoredAccount? Known = null, string? NewKey = null, string? HolderAgent = null);

/// <summary>Decides whether a login may be imported, and which account's login it replaces. Pure.</summary>
internal static class ImportRule
{
    public static ImportDecision Decide(ImportFacts facts, LoginToImport import)
    {
        if (Place(facts, import, out var known) is { } refusal)
        {
            return new ImportDecision(refusal);
        }

        if (facts.LabelOwner is { } owner && owner != known?.AccountId)
        {
            return new ImportDecision($"label: another account is already called {import.Label}.");
        }

        if (known is null && facts.Count >= VaultStore.MaxAccounts)
        {
            return new ImportDecision($"The vault is full: at most {VaultStore.MaxAccounts} accounts.");
        }

        // A login that is in a config dir that an agent serves is renewed by that client, whatever the operator stated.
        return new ImportDecision(
            null, known, facts.OfKey is null ? known?.KeyIn(import.Owner.OrganizationUuid) : null, import.Login.RefreshToken is null ? null : facts.FoundAt);
    }

    /// <summary>Finds the account whose login this one replaces; null for a new account.</summary>
    /// <returns>Why this cannot be determined; null if it can.</returns>
    private static string? Place(ImportFacts facts, LoginToImport import, out StoredAccount? known)
    {
        known = facts.OfKey;
        if (known is { OrganizationUuid: not null } || facts.OfPerson is not { } other)
        {
            return null;
        }

        if (other.OrganizationUuid is not null)
        {
            return import.Owner.OrganizationUuid is not null
                ? null
                : "The login does not name its organisation, and the issuer could not be asked; the vault has a login of the same account. "
                    + "Import it while its access token is valid.";
        }

        // The organisation of the existing account is unknown.
        var isSaid = string.Equals(other.Label, import.Label, StringComparison.OrdinalIgnoreCase) && other.Fault is not null;
        var isSame = string.Equals(other.Fingerprint, import.Login.Fingerprint, StringComparison.Ordinal);
        var hasNone = import.Owner is { OrganizationUuid: null, IsAsked: true };
        if (isSaid || isSame || hasNone)
        {
            known = other;
            return null;
        }

        return $"The vault has {other.Label} of the same account, and its organisation is unknown{(import.Asked is null ? "" : $" (its issuer: {import.Asked})")}: "
            + $"this login might replace the only copy of another one. Try again when the issuer can be reached, or remove {other.Label} first.";
    }
}
