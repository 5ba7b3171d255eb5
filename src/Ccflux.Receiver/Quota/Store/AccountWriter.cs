using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes the rows of accounts within a transaction.</summary>
internal static class AccountWriter
{
    /// <summary>Gives one account a row, or the row that it has its newest values.</summary>
    /// <param name="session">The session of the write.</param>
    /// <param name="account">The account.</param>
    /// <param name="now">The current time.</param>
    /// <param name="isExact">Whether a row must have exactly the account's key.</param>
    /// <returns>The row's id.</returns>
    public static QuotaAccountId Upsert(WriteSession session, AccountIdentity account, DateTimeOffset now, bool isExact = false)
    {
        var facts = AccountFacts.Load(session, account.Owner, [account.Key]);
        return Save(session, AccountRule.Decide(facts.Accounts, [account], isExact), now)[0];
    }

    /// <returns>The row of each reported account.</returns>
    public static IReadOnlyList<QuotaAccountId> Save(WriteSession session, AccountPlan plan, DateTimeOffset now)
    {
        var ids = plan.Changes.Select(change => Save(session, change, now)).ToList();
        return [.. plan.Places.Select(place => ids[place])];
    }

    /// <summary>The account, without the address of somebody who was erased: polls and other people's clients may still state it.</summary>
    private static AccountIdentity Named(WriteSession session, AccountIdentity account)
    {
        if (account.Email.Length == 0 || !Tombstones.IsBlocked(session, MarkKind.Email, account.Email.ToLowerInvariant()))
        {
            return account;
        }

        return account with { Email = "", Label = string.Equals(account.Label, account.Email, StringComparison.OrdinalIgnoreCase) ? "" : account.Label };
    }

    private static QuotaAccountId Save(WriteSession session, AccountChange change, DateTimeOffset now)
    {
        if (change is { AccountId: { } unchanged, Account: null })
        {
            return unchanged;
        }

        var account = Named(session, change.Account!);
        if (change.AccountId is not { } known)
        {
            return new QuotaAccountId(session.Insert(
                QuotaSql.UpsertAccount,
                ("key", account.Key),
                ("owner", account.Owner),
                ("source", account.Source),
                ("label", account.Label),
                ("email", account.Email),
                ("now", now.ToUnixTimeMilliseconds())));
        }

        session.Execute(
            QuotaSql.UpdateAccount, ("key", account.Key), ("source", account.Source), ("email", account.Email), ("label", account.Label), ("account", known.Value));
        return known;
    }
}
