using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Reads every account with its windows for the page, the table and the API.</summary>
internal sealed class QuotaQuery(ReadSessions readers, Poller poller, PollInterval interval, PlanEstimates estimates, TimeProvider time)
{
    /// <summary>The most accounts that are shown.</summary>
    private const int MaxAccounts = 1000;

    private const int MaxWindows = MaxAccounts * Contracts.Quota.ReadingLimits.MaxWindows;

    /// <param name="audience">What the reader may see.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<QuotaView> ReadAsync(QuotaAudience audience, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var polled = poller.Statuses().Select(status => status.AccountId).ToHashSet();
        List<AccountRow> all;
        List<AccountRow> accounts;
        ILookup<QuotaAccountId, (WindowRow Row, Projection Projection)> windows;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            var (maxAccounts, maxWindows) = audience.Allowed.IsEverybody ? (MaxAccounts, MaxWindows) : (int.MaxValue, int.MaxValue);
            all = session.List(QuotaReadSql.Accounts, AccountRow.Read, ("limit", maxAccounts));
            accounts = all.FindAll(account => IsWithin(audience.Allowed, account));
            var ids = accounts.Select(account => account.AccountId).ToHashSet();
            var rows = session.List(QuotaReadSql.Windows, WindowRow.Read, ("limit", maxWindows)).FindAll(row => ids.Contains(row.AccountId));
            windows = rows.Select(row => (row, WindowProjection.Read(session, row, now))).ToLookup(pair => pair.row.AccountId);
        }

        // Who else uses an account decides what its usage says, so that this looks at all of them.
        var plans = await estimates.ReadAsync(all, windows.SelectMany(group => group.Select(pair => pair.Row)), audience.Allowed, now, cancellationToken);
        var views = accounts
            .Where(account => polled.Contains(account.AccountId) || windows.Contains(account.AccountId))
            .Select(account => View(account, windows[account.AccountId], plans, polled.Contains(account.AccountId), audience.WithEmails, now));
        return new QuotaView(now, [.. BlockedFirstOrder.Sort(views)]);
    }

    private static bool IsWithin(DataScope allowed, AccountRow account) =>
        allowed.IsEverybody || (account.Owner != AccountIdentity.Polled && allowed.Contains(account.Owner, account.Division));

    private AccountView View(
        AccountRow account, IEnumerable<(WindowRow Row, Projection Projection)> rows, IReadOnlyDictionary<long, PlanEstimate> plans, bool isPolled, bool withEmails, DateTimeOffset now)
    {
        var windows = rows
            .OrderBy(pair => Levels.Order(pair.Row.Name)).ThenBy(pair => pair.Row.Name, StringComparer.Ordinal)
            .Select(pair => View(pair.Row, pair.Projection, plans.GetValueOrDefault(pair.Row.WindowId), now))
            .ToList();
        var observedAt = windows.Count == 0 ? UnixTime.At(account.LastSuccessAt) : windows.Max(window => window.ObservedAt);
        return new AccountView(
            account.AccountId,
            AccountName.Of(account.AccountId, account.Label, account.Email, withEmails),
            withEmails && account.Email.Length > 0 ? account.Email : null,
            account.Source,
            windows,
            windows.Where(window => !window.IsOver).Select(window => window.Level).DefaultIfEmpty(QuotaLevel.Green).Max(),
            observedAt,
            observedAt is { } at && Levels.IsStale(account.Owner == AccountIdentity.Polled, at, interval.Current, now),
            isPolled && Enum.TryParse<PollFailure>(account.Failure, out var failure)
                ? new PollErrorView(failure.ToString(), PollFailureText.Explain(account.Source, failure), UnixTime.At(account.FailedSince), (int)(account.Failures ?? 0), UnixTime.At(account.RetryAt))
                : null,
            isPolled ? UnixTime.At(account.NextAt) : null);
    }

    private static WindowView View(WindowRow row, Projection projection, PlanEstimate? plan, DateTimeOffset now)
    {
        var reading = row.ToReading();
        return new WindowView(
            row.Name,
            reading.UsedPercent,
            Levels.Of(row.UsedMilli),
            reading.ResetsAt,
            reading.IsOver(now),
            reading.ObservedAt,
            row.Source,
            Pace.Of(reading, now),
            projection,
            plan);
    }
}
