namespace Ccflux.Contracts.Quota;

/// <summary>
/// The one text that names a Claude account. A person may belong to several organisations, and each of them
/// has limits and a login of its own, so an account is the pair of both ids.
/// </summary>
public static class AccountKey
{
    /// <summary>Between the two ids. An id itself has none: it is a UUID.</summary>
    public const char Separator = ':';

    /// <summary>
    /// <c>accountUuid:organizationUuid</c>; the account's id alone where no organisation is known;
    /// null where no account is known.
    /// </summary>
    public static string? Of(string? accountUuid, string? organizationUuid)
        => string.IsNullOrWhiteSpace(accountUuid) ? null
            : string.IsNullOrWhiteSpace(organizationUuid) ? accountUuid.Trim()
            : $"{accountUuid.Trim()}{Separator}{organizationUuid.Trim()}";
}
