namespace Ccflux.Contracts.Quota;

/// <summary>
/// The text that identifies a Claude account. A person may belong to several organisations, and each of them
/// has its own limits and login, so an account is the pair of both ids.
/// </summary>
public static class AccountKey
{
    /// <summary>Separates the two ids. It does not occur in an id: an id is a UUID.</summary>
    public const char Separator = ':';

    /// <summary>
    /// <c>accountUuid:organizationUuid</c>; the account's id alone if no organisation is known;
    /// null if no account is known.
    /// </summary>
    public static string? Of(string? accountUuid, string? organizationUuid)
        => string.IsNullOrWhiteSpace(accountUuid) ? null
            : string.IsNullOrWhiteSpace(organizationUuid) ? accountUuid.Trim()
            : $"{accountUuid.Trim()}{Separator}{organizationUuid.Trim()}";
}
