using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Accounts with limits, and their readings.</summary>
internal static class QuotaGiven
{
    /// <param name="database">Where.</param>
    /// <param name="key">Its ids.</param>
    /// <param name="owner">The user whose status line shows it; by default the receiver polls it.</param>
    /// <param name="source">By default what suits the owner.</param>
    /// <param name="label">Its name.</param>
    /// <param name="email">Its address.</param>
    /// <returns>The account's id.</returns>
    public static Task<QuotaAccountId> QuotaAccountAsync(
        this TestDatabase database, string key, long owner = AccountIdentity.Polled, string? source = null, string label = "", string email = "") =>
        database.WriteAsync(session => AccountWriter.Upsert(
            session,
            new AccountIdentity(key, owner, source ?? (owner == AccountIdentity.Polled ? QuotaSource.OAuth : QuotaSource.StatusLine), label, email),
            database.Time.GetUtcNow()));

    /// <returns>How many readings were new.</returns>
    public static Task<int> ReadingsAsync(this TestDatabase database, QuotaAccountId account, string source, params Reading[] readings) =>
        database.WriteAsync(session => ReadingWriter.Write(session, account, source, readings));

    /// <summary>A polled reading.</summary>
    public static Task<int> PolledAsync(this TestDatabase database, QuotaAccountId account, string window, long usedMilli, DateTimeOffset? resetsAt = null,
        DateTimeOffset? observedAt = null) =>
        database.ReadingsAsync(account, QuotaSource.OAuth, new Reading(window, usedMilli, resetsAt, observedAt ?? database.Time.GetUtcNow()));

    public static async Task<long> QuotaWindowAsync(this TestDatabase database, QuotaAccountId account, string window) =>
        (await database.ScalarAsync("SELECT window_id FROM quota_windows WHERE account_id = @account AND name = @name", ("account", account.Value), ("name", window)))!.Value;
}
