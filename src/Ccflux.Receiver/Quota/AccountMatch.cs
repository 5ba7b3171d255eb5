using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota;

/// <summary>Keys of accounts (<see cref="AccountKey"/>) of which some leave the organisation open, as those of older clients do.</summary>
internal static class AccountMatch
{
    /// <summary>The account's id: what stands before the organisation's, or all of the key.</summary>
    public static string AccountOf(string key) => key.IndexOf(AccountKey.Separator, StringComparison.Ordinal) is > 0 and var at ? key[..at] : key;

    public static bool HasOrganization(string key) => AccountOf(key).Length < key.Length;

    /// <summary>Whether two keys may name one account: they are equal, or one of them leaves the organisation open.</summary>
    public static bool MayBeSame(string one, string other) => string.Equals(one, other, StringComparison.Ordinal)
        || (HasOrganization(one) != HasOrganization(other) && string.Equals(AccountOf(one), AccountOf(other), StringComparison.Ordinal));
}
