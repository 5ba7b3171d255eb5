using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Ingest;

/// <summary>Stores readings that users' machines send: of status lines, and of turns that failed at a limit.</summary>
internal sealed class ReadingIntake(GroupCommitWriter writer, QuotaOptions options, IReadingObserver observer, IChangeFeed changes, QuotaMetrics metrics, TimeProvider time)
{
    /// <summary>The most accounts that a user may report.</summary>
    public const int MaxAccounts = 20;

    private static readonly IntakeResult s_nothing = new(0, [], TooManyAccounts: false);

    public async Task<WriteResult<IntakeResult>> StoreAsync(long userId, IReadOnlyList<ReportedReading> readings)
    {
        var now = time.GetUtcNow();
        var oldest = now.AddDays(-options.DetailDays);
        var accounts = readings
            .Where(reading => reading.ObservedAt >= oldest)
            .OrderBy(reading => reading.ObservedAt)
            .ToLookup(reading => reading.Account, ToReading, StringComparer.Ordinal);
        var result = await writer.WriteAsync(new IntakeWrite(userId, accounts, now));
        if (result.TryGet(out var stored) && stored.Accepted > 0)
        {
            await AfterStoreAsync(QuotaSource.StatusLine, stored);
        }

        return result;
    }

    /// <summary>Stores the limits that ended turns of one user, with their windows and resets, as readings of 100 percent. Nothing less counts as a hit.</summary>
    public async Task<WriteResult<IntakeResult>> LimitsHitAsync(long userId, string email, IReadOnlyList<LimitHit> hits)
    {
        var now = time.GetUtcNow();
        var readings = hits
            .Select(hit => new ReportedReading { Window = hit.Window, UsedPercentage = 100, ResetsAt = hit.ResetsAt, ObservedAt = hit.At, Account = email })
            .Where(hit => ReadingRules.Fault(hit) is null && !ReadingRules.IsFuture(hit.ObservedAt, now) && hit.ObservedAt >= now.AddDays(-options.DetailDays))
            .OrderBy(hit => hit.ObservedAt)
            .Select(ToReading)
            .ToList();
        if (readings.Count == 0)
        {
            return new WriteResult<IntakeResult>(WriteStatus.Committed, new IntakeResult(0, [], TooManyAccounts: false));
        }

        var result = await writer.WriteAsync(new LimitHitsWrite(userId, email, readings, now));
        if (result.TryGet(out var stored) && stored.Accepted > 0)
        {
            await AfterStoreAsync(QuotaSource.LimitHit, stored);
        }

        return result;
    }

    private async Task AfterStoreAsync(string source, IntakeResult stored)
    {
        metrics.Stored(source, stored.Accepted);
        changes.Publish(QuotaFeature.Topic);
        foreach (var accountId in stored.AccountIds)
        {
            await observer.ReadingsStoredAsync(accountId);
        }
    }

    private static Reading ToReading(ReportedReading reading) => new(
        LimitNames.Canonical(reading.Window),
        Reading.Milli(reading.UsedPercentage),
        reading.ResetsAt is { } reset ? Reading.ToSecond(reset) : null,
        reading.ObservedAt.ToUniversalTime(),
        IsFresh: reading.Fresh);

    /// <summary>Writes all limit hits of one report in one transaction.</summary>
    private sealed class LimitHitsWrite(long userId, string email, IReadOnlyList<Reading> readings, DateTimeOffset now) : WriteEntry<IntakeResult>
    {
        public override int Weight => readings.Count;

        protected override IntakeResult Write(WriteSession session)
        {
            if (Tombstones.IsErased(session, userId))
            {
                return s_nothing;
            }

            var facts = AccountFacts.Load(session, userId, [email]);
            var shown = QuotaAccountId.Of(session.Scalar(QuotaSql.SelectOnlyAccountOfOwner, ("owner", userId)));
            var plan = AccountRule.OfLimitHit(facts.Accounts, shown, new AccountIdentity(email, userId, QuotaSource.LimitHit, "", email));
            var accountId = AccountWriter.Save(session, plan, now)[0];
            return new IntakeResult(ReadingWriter.Write(session, accountId, QuotaSource.LimitHit, readings), [accountId], TooManyAccounts: false);
        }
    }

    /// <summary>Writes all accounts of a batch in one transaction, or none.</summary>
    private sealed class IntakeWrite(long userId, ILookup<string, Reading> accounts, DateTimeOffset now) : WriteEntry<IntakeResult>
    {
        public override int Weight => accounts.Sum(account => account.Count());

        protected override IntakeResult Write(WriteSession session)
        {
            if (Tombstones.IsErased(session, userId))
            {
                return s_nothing;
            }

            var taken = accounts.Where(account => !IsErased(session, account.Key)).ToList();
            string[] keys = [.. taken.Select(account => account.Key)];
            var facts = AccountFacts.Load(session, userId, keys);
            if (!AccountRule.HasRoom(facts, userId, keys, MaxAccounts))
            {
                return new IntakeResult(0, [], TooManyAccounts: true);
            }

            var ids = AccountWriter.Save(session, AccountRule.Decide(facts.Accounts, [.. keys.Select(IdentityOf)]), now);
            var accepted = taken.Zip(ids, (account, accountId) => ReadingWriter.Write(session, accountId, QuotaSource.StatusLine, [.. account])).Sum();
            return new IntakeResult(accepted, ids, TooManyAccounts: false);
        }

        /// <summary>Another user's client is signed in with the address of somebody who was erased.</summary>
        private static bool IsErased(WriteSession session, string key) =>
            key.Contains('@', StringComparison.Ordinal) && Tombstones.IsBlocked(session, MarkKind.Email, key.ToLowerInvariant());

        private AccountIdentity IdentityOf(string key) =>
            new(key, userId, QuotaSource.StatusLine, "", key.Contains('@', StringComparison.Ordinal) ? key : "");
    }
}

/// <summary>A window that was full at an instant.</summary>
internal readonly record struct LimitHit(string Window, DateTimeOffset At, DateTimeOffset ResetsAt);

/// <summary>The outcome of a batch.</summary>
internal readonly record struct IntakeResult(int Accepted, IReadOnlyList<QuotaAccountId> AccountIds, bool TooManyAccounts);
