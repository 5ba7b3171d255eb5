using Ccflux.Receiver.Identity.Users;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>An account that has a row.</summary>
internal sealed record StoredAccount(QuotaAccountId AccountId, string Key);

/// <summary>What is stored about the accounts that one owner reports.</summary>
/// <param name="Accounts">The rows that the reported keys may belong to.</param>
/// <param name="Count">How many accounts the owner has; 0 if every reported one has a row, since nothing depends on it then.</param>
internal sealed record AccountFacts(IReadOnlyList<StoredAccount> Accounts, long Count)
{
    /// <summary>Locks the owner first, so that nobody else adds an account of the same owner meanwhile.</summary>
    public static AccountFacts Load(WriteSession session, long owner, IReadOnlyList<string> keys)
    {
        session.Scalar(UsersSql.Lock, ("user", owner));
        var accounts = keys.SelectMany(key => OfKey(session, owner, key)).Distinct().ToList();
        return new AccountFacts(accounts, AccountRule.AreAllKnown(accounts, owner, keys) ? 0 : session.Scalar(QuotaSql.CountAccountsOfOwner, ("owner", owner)) ?? 0);
    }

    private static List<StoredAccount> OfKey(WriteSession session, long owner, string key) => session.List(
        QuotaSql.SelectAccountsOfKey,
        static rows => new StoredAccount(new QuotaAccountId(rows.Int64(0)), rows.Text(1)),
        ("key", key),
        ("account", AccountMatch.AccountOf(key)),
        ("owner", owner));
}
