using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota;

/// <summary>Compares keys of accounts (<see cref="AccountKey"/>). Some omit the organisation, as those of older clients do.</summary>
internal static class AccountMatch
{
    /// <summary>The account's id: the part before the organisation's id, or the whole key.</summary>
    public static string AccountOf(string key) => key.IndexOf(AccountKey.Separator, StringComparison.Ordinal) is > 0 and var at ? key[..at] : key;

    public static bool HasOrganization(string key) => AccountOf(key).Length < key.Length;

    /// <summary>Whether two keys may name one account: they are equal, or one of them omits the organisation.</summary>
    public static bool MayBeSame(string one, string other) => string.Equals(one, other, StringComparison.Ordinal)
        || (HasOrganization(one) != HasOrganization(other) && string.Equals(AccountOf(one), AccountOf(other), StringComparison.Ordinal));
}
