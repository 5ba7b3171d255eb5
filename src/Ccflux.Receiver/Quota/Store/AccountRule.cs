using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>What is written to the row of one account.</summary>
/// <param name="AccountId">The row; null if there is none yet.</param>
/// <param name="Account">Its new values, of which an empty label leaves the stored one; null if the row stays as it is.</param>
internal sealed record AccountChange(QuotaAccountId? AccountId, AccountIdentity? Account);

/// <summary>Which rows the reported accounts belong to.</summary>
/// <param name="Changes">One for each row, in the order in which they are reported.</param>
/// <param name="Places">The place in <paramref name="Changes"/> of each reported account.</param>
internal sealed record AccountPlan(IReadOnlyList<AccountChange> Changes, IReadOnlyList<int> Places);

/// <summary>
/// Decides which row a reported account belongs to. Older clients and older versions know only the account's id: such a row becomes that of the first
/// organisation that is reported, and a user's reading without an organisation belongs to the only known one. If several are known, it gets its own row. Pure.
/// </summary>
internal static class AccountRule
{
    /// <summary>Whether each of the keys has a row.</summary>
    public static bool AreAllKnown(IReadOnlyList<StoredAccount> accounts, long owner, IReadOnlyList<string> keys)
    {
        var rows = RowsOf(accounts);
        return keys.All(key => Find(rows, key, owner) is not null);
    }

    /// <summary>Whether an owner may report these accounts: those without a row need room among the others.</summary>
    public static bool HasRoom(AccountFacts facts, long owner, IReadOnlyList<string> keys, int maxAccounts)
    {
        var rows = RowsOf(facts.Accounts);
        var unknown = keys.Count(key => Find(rows, key, owner) is null);
        return unknown == 0 || facts.Count + unknown <= maxAccounts;
    }

    /// <param name="accounts">The rows that the reported keys may belong to.</param>
    /// <param name="reported">Accounts of one owner. Each is considered after the ones before it, which may have added a row or given one its organisation.</param>
    /// <param name="isExact">Whether a row must have exactly the reported key.</param>
    public static AccountPlan Decide(IReadOnlyList<StoredAccount> accounts, IReadOnlyList<AccountIdentity> reported, bool isExact = false)
    {
        var rows = RowsOf(accounts);
        var targets = new List<Row>();
        foreach (var account in reported)
        {
            var row = isExact ? OfKey(rows, account.Key) : Find(rows, account.Key, account.Owner);
            if (row is null)
            {
                rows.Add(row = new Row(null, account.Key));
            }

            row.Write(account);
            targets.Add(row);
        }

        var changed = targets.Distinct().ToList();
        return new AccountPlan([.. changed.Select(row => new AccountChange(row.Id, row.Written))], [.. targets.Select(row => changed.IndexOf(row))]);
    }

    /// <summary>A turn that failed at a limit does not state whose account it used. If the user's status lines show one account, it is that one; otherwise
    /// the hit is stored under the user's own e-mail address.</summary>
    /// <param name="accounts">The rows that the user's e-mail address may belong to.</param>
    /// <param name="onlyShown">The only account that the user's status lines show; null if they show none or several.</param>
    /// <param name="own">The account that the e-mail address names.</param>
    public static AccountPlan OfLimitHit(IReadOnlyList<StoredAccount> accounts, QuotaAccountId? onlyShown, AccountIdentity own) =>
        (onlyShown ?? OfKey(RowsOf(accounts), own.Key)?.Id) is { } known ? new AccountPlan([new AccountChange(known, null)], [0]) : Decide(accounts, [own]);

    private static Row? Find(List<Row> rows, string key, long owner)
    {
        if (OfKey(rows, key) is { } same)
        {
            return same;
        }

        if (AccountMatch.HasOrganization(key))
        {
            var account = AccountMatch.AccountOf(key);
            return OrganizationsOf(rows, account).Any() ? null : OfKey(rows, account);
        }

        return owner != AccountIdentity.Polled && OrganizationsOf(rows, key).Take(2).ToList() is [var only] ? only : null;
    }

    private static Row? OfKey(List<Row> rows, string key) => rows.Find(row => string.Equals(row.Key, key, StringComparison.Ordinal));

    private static IEnumerable<Row> OrganizationsOf(List<Row> rows, string account) => rows.Where(row =>
        row.Key.Length > account.Length + 1 && row.Key[account.Length] == AccountKey.Separator && row.Key.StartsWith(account, StringComparison.Ordinal));

    private static List<Row> RowsOf(IReadOnlyList<StoredAccount> accounts) => [.. accounts.Select(account => new Row(account.AccountId, account.Key))];

    private sealed class Row(QuotaAccountId? id, string key)
    {
        public QuotaAccountId? Id { get; } = id;

        public string Key { get; private set; } = key;

        public AccountIdentity? Written { get; private set; }

        public void Write(AccountIdentity account)
        {
            Key = AccountMatch.HasOrganization(account.Key) ? account.Key : Key;
            Written = account with { Key = Key, Label = account.Label.Length > 0 ? account.Label : Written?.Label ?? "" };
        }
    }
}
