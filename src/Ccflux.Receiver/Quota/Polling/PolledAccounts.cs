using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>A random number from 0 to 1, so that accounts do not poll in step.</summary>
internal delegate double PollJitter();

/// <summary>The accounts that are polled, as many as the sources name. Each change replaces an account by its next state, one at a time.</summary>
internal sealed class PolledAccounts(PollInterval interval, PollJitter jitter, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PollKey, PolledAccount> _accounts = [];

    /// <summary>The polling status of each account.</summary>
    public IReadOnlyList<PollStatus> Statuses()
    {
        lock (_gate)
        {
            return [.. _accounts.Values.Select(account => new PollStatus(
                account.AccountId, account.Source, account.State, account.NextAt, PollRule.Wait(account.State, PolicyOf(account))))];
        }
    }

    /// <summary>An account as it is now; null if it is not polled any more.</summary>
    public PolledAccount? Find(PollKey key)
    {
        lock (_gate)
        {
            return _accounts.GetValueOrDefault(key);
        }
    }

    /// <summary>The accounts of a source, with the credentials that they are polled with.</summary>
    public IReadOnlyDictionary<PollKey, PollTarget> TargetsOf(IPollSource source)
    {
        lock (_gate)
        {
            return _accounts.Values.Where(account => ReferenceEquals(account.Source, source)).ToDictionary(account => account.Key, account => account.Target);
        }
    }

    /// <summary>Calls <paramref name="use"/> with each of these accounts that is still polled. None changes meanwhile.</summary>
    public void ForEach(IEnumerable<PollKey> keys, Action<PolledAccount> use)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                if (_accounts.TryGetValue(key, out var account))
                {
                    use(account);
                }
            }
        }
    }

    /// <summary>Adds accounts with the state as stored. Those that are due at once, as all of them are after a while without this process, are spread.</summary>
    /// <returns>Those whose credential was replaced meanwhile, which ended a backoff.</returns>
    public IReadOnlyList<PollKey> Add(IReadOnlyList<PolledAccount> stored)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var resumed = stored.Select(account => account.Resumed(PolicyOf(account), now, jitter)).ToList();
            var due = resumed.Where(account => account.NextAt <= now).ToList();
            resumed.ForEach(Replace);
            for (var place = 0; place < due.Count; place++)
            {
                Replace(due[place] with { NextAt = now + PollRule.Spread(PolicyOf(due[place]), place, due.Count, jitter()) });
            }

            return [.. resumed.Zip(stored).Where(pair => pair.First.HasRecovered(pair.Second)).Select(pair => pair.First.Key)];
        }
    }

    /// <summary>Gives an account another credential.</summary>
    /// <returns>Whether that ended a backoff, which moved the next poll. A poll in progress does that itself once it has ended.</returns>
    public bool Renew(PollTarget target, Func<PollKey, bool> isPolling)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(PollKey.Of(target), out var account))
            {
                return false;
            }

            var renewed = isPolling(account.Key) ? account with { Target = target } : account.Renewed(target, PolicyOf(account), time.GetUtcNow());
            Replace(renewed);
            return renewed.HasRecovered(account);
        }
    }

    public void Remove(IEnumerable<PollKey> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
            {
                _accounts.Remove(key);
            }
        }
    }

    /// <summary>Moves the next poll of an account, or of all, to now if the rules allow it, otherwise to the earliest instant that they allow.</summary>
    /// <param name="accountId">Id in the table <c>quota_accounts</c>; null for all.</param>
    /// <param name="isPolling">Whether a poll is in progress: it counts as one that is sent now.</param>
    /// <returns>The accounts that wait for their poll, and when the first one is polled; null if there is none.</returns>
    public (IReadOnlyList<PollKey> Waiting, DateTimeOffset? First) Hurry(QuotaAccountId? accountId, Func<PollKey, bool> isPolling)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var asked = _accounts.Values.Where(account => accountId is null || account.AccountId == accountId).ToList();
            var waiting = asked.Where(account => !isPolling(account.Key)).ToList();
            DateTimeOffset? first = waiting.Count < asked.Count ? now : null;
            var free = waiting.Count(account => EarliestOf(account, now) <= now);
            var place = 0;
            foreach (var account in waiting)
            {
                var earliest = EarliestOf(account, now);
                earliest = earliest <= now ? now + PollRule.Spread(PolicyOf(account), place++, free, jitter()) : earliest;
                var hurried = account with { NextAt = earliest < account.NextAt ? earliest : account.NextAt };
                Replace(hurried);
                first = first is null || hurried.NextAt < first ? hurried.NextAt : first;
            }

            return ([.. waiting.Select(account => account.Key)], first);
        }
    }

    /// <summary>Applies a changed interval to the accounts that wait for their poll, and returns them.</summary>
    public IReadOnlyList<PollKey> Reschedule(Func<PollKey, bool> isPolling)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var waiting = _accounts.Values.Where(account => !isPolling(account.Key)).ToList();
            waiting.ForEach(account => Replace(account.Rescheduled(PolicyOf(account), now, jitter)));
            return [.. waiting.Select(account => account.Key)];
        }
    }

    /// <summary>Applies the outcome of a poll.</summary>
    /// <param name="polled">The account as it was when the poll was sent. It may have been removed since.</param>
    /// <param name="attempt">When the poll was sent.</param>
    /// <param name="outcome">The outcome.</param>
    /// <returns>The account after the poll.</returns>
    public PolledAccount Settle(PolledAccount polled, DateTimeOffset attempt, PollOutcome outcome) =>
        Settle(polled, account => account.Polled(attempt, outcome, PolicyOf(account), time.GetUtcNow(), jitter));

    /// <summary>The same for a poll that threw an exception.</summary>
    public PolledAccount SettleFailed(PolledAccount polled) => Settle(polled, account => account.Failed(PolicyOf(account), time.GetUtcNow(), jitter));

    private PolledAccount Settle(PolledAccount polled, Func<PolledAccount, PolledAccount> change)
    {
        lock (_gate)
        {
            var isPolled = _accounts.TryGetValue(polled.Key, out var current);
            var settled = change(current ?? polled);
            if (isPolled)
            {
                Replace(settled);
            }

            return settled;
        }
    }

    private void Replace(PolledAccount account) => _accounts[account.Key] = account;

    private PollPolicy PolicyOf(PolledAccount account) => account.Source.Policy(interval.Current);

    /// <summary>The earliest instant at which the rules allow a manual poll.</summary>
    private DateTimeOffset EarliestOf(PolledAccount account, DateTimeOffset now) => PollRule.Earliest(account.State, PolicyOf(account), now);
}
