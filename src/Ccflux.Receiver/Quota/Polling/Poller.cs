using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Polls each account when <see cref="PollRule"/> says so, and keeps the accounts in step with what <see cref="AccountDiscovery"/> finds.</summary>
internal sealed class Poller(
    AccountDiscovery discovery,
    PolledAccounts accounts,
    AccountPoller accountPoller,
    PolledAccountStore accountStore,
    PollInterval interval,
    GroupCommitWriter writer,
    IChangeFeed changes,
    TimeProvider time) : IHostedService, IDisposable
{
    private readonly KeyedScheduler<PollKey> _scheduler = new(accountPoller.PollAsync, accountPoller.Failed, time);

    /// <summary>Polls and looks for accounts in progress.</summary>
    public int Running => discovery.Running + _scheduler.Running;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await interval.LoadAsync(cancellationToken);
        await discovery.StartAsync(ApplyAsync, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(discovery.StopAsync(cancellationToken), _scheduler.StopAsync(cancellationToken));

    /// <summary>Completes when nothing is in progress.</summary>
    public async Task WhenIdleAsync()
    {
        await discovery.WhenIdleAsync();
        await _scheduler.WhenIdleAsync();
    }

    /// <summary>The polling status of each account.</summary>
    public IReadOnlyList<PollStatus> Statuses() => accounts.Statuses();

    /// <summary>Moves the next poll of an account, or of all, to now if the rules allow it, otherwise to the earliest instant that they allow.</summary>
    /// <returns>When the first of them will be polled; null if there is none to poll.</returns>
    public async Task<DateTimeOffset?> HurryAsync(QuotaAccountId? accountId)
    {
        var (waiting, first) = accounts.Hurry(accountId, _scheduler.IsRunning);
        // Stored before it is sent, so that a restart knows of it.
        await SaveAsync(waiting);
        Schedule(waiting);
        return first;
    }

    /// <summary>Applies a changed interval to the accounts that are waiting.</summary>
    public void Reschedule() => Schedule(accounts.Reschedule(_scheduler.IsRunning));

    public void Dispose() => _scheduler.Dispose();

    private async Task ApplyAsync(IPollSource source, AccountChanges found)
    {
        foreach (var target in found.Renewed)
        {
            await RenewAsync(target);
        }

        await AddAsync(source, found.Added);
        accounts.Remove(found.Removed);
        foreach (var key in found.Removed)
        {
            _scheduler.Remove(key);
        }
    }

    private async Task AddAsync(IPollSource source, IReadOnlyList<AddedAccount> added)
    {
        List<PolledAccount> stored = [];
        foreach (var (target, isAlone) in added)
        {
            // If the database could not be written, the next look names the account again.
            if (await accountStore.OpenAsync(target.Account, isAlone, time.GetUtcNow()) is { } known)
            {
                stored.Add(PolledAccount.Stored(target, source, known));
            }
        }

        if (stored.Count > 0)
        {
            await SaveAsync(accounts.Add(stored));
            Schedule(stored.Select(account => account.Key));
            changes.Publish(QuotaFeature.Topic);
        }
    }

    /// <summary>A new credential ends the backoff after the old one's failures; the issuer's Retry-After still applies.</summary>
    private async Task RenewAsync(PollTarget target)
    {
        if (accounts.Renew(target, _scheduler.IsRunning))
        {
            PollKey[] renewed = [PollKey.Of(target)];
            await SaveAsync(renewed);
            Schedule(renewed);
            changes.Publish(QuotaFeature.Topic);
        }
    }

    /// <summary>Stores the states of accounts as they are at the time of the write: a poll may end before it.</summary>
    private async Task SaveAsync(IReadOnlyList<PollKey> keys)
    {
        if (keys.Count > 0)
        {
            await writer.WriteAsync(session =>
            {
                foreach (var account in keys.Select(accounts.Find).OfType<PolledAccount>())
                {
                    PolledAccountStore.SavePoll(session, account.AccountId, account.State, account.NextAt);
                }

                return keys.Count;
            });
        }
    }

    /// <summary>Passes the accounts' times on to the scheduler. None changes meanwhile, so that it always has the newest.</summary>
    private void Schedule(IEnumerable<PollKey> keys) => accounts.ForEach(keys, account => _scheduler.Schedule(account.Key, account.NextAt));
}
