namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Keeps the polled accounts in step with those that the sources name.</summary>
internal sealed partial class Poller
{
    private async Task LookAsync()
    {
        lock (_gate)
        {
            if (_isLooking)
            {
                return;
            }

            _isLooking = true;
        }

        _work.Begin();
        try
        {
            foreach (var source in sources)
            {
                await LookAtAsync(source);
            }
        }
        catch (Exception exception)
        {
            Log.LookFailed(logger, exception);
        }
        finally
        {
            lock (_gate)
            {
                _isLooking = false;
            }

            _work.End();
        }
    }

    private async Task LookAtAsync(IPollSource source)
    {
        var targets = await source.TargetsAsync(_stopping.Token);
        var names = targets.Select(KeyOf).ToHashSet();
        List<PolledAccount> added = [];
        foreach (var target in targets)
        {
            PolledAccount? known;
            lock (_gate)
            {
                known = _accounts.GetValueOrDefault(KeyOf(target));
            }

            if (known is null)
            {
                // While a key without an organisation is polled too, it counts as another account.
                var isAlone = !names.Contains((target.Account.Source, AccountMatch.AccountOf(target.Account.Key))) || !AccountMatch.HasOrganization(target.Account.Key);
                if (await accountStore.OpenAsync(target.Account, isAlone, time.GetUtcNow()) is { } opened)
                {
                    // If the database could not be written, the next look tries again.
                    added.Add(new PolledAccount(target, source, opened));
                }
            }
            else if (!string.Equals(known.Target.Stamp, target.Stamp, StringComparison.Ordinal))
            {
                await RenewAsync(known, target);
            }
        }

        await AddAsync(added);
        lock (_gate)
        {
            foreach (var (key, gone) in _accounts.Where(pair => ReferenceEquals(pair.Value.Source, source) && !names.Contains(pair.Key)).ToList())
            {
                gone.IsGone = true;
                gone.Dispose();
                _accounts.Remove(key);
            }
        }
    }

    /// <summary>Starts to poll accounts. Those that are due at once, as all of them are after a while without this process, are spread.</summary>
    private async Task AddAsync(List<PolledAccount> added)
    {
        if (added.Count == 0)
        {
            return;
        }

        List<PolledAccount> changed = [];
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            var now = time.GetUtcNow();
            foreach (var account in added)
            {
                var policy = account.Source.Policy(interval.Current);
                account.State = PollRule.AfterRestart(account.State, policy, account.NextAt, now);
                if (Adopt(account))
                {
                    changed.Add(account);
                    account.NextAt = PollRule.Earliest(account.State, policy, now);
                }
                else
                {
                    account.NextAt = Next(account);
                }
            }

            var due = added.Where(account => account.NextAt <= now).ToList();
            for (var place = 0; place < due.Count; place++)
            {
                due[place].NextAt = now + PollRule.Spread(due[place].Source.Policy(interval.Current), place, due.Count, jitter());
            }

            foreach (var account in added)
            {
                account.Timer = time.CreateTimer(_ => _ = PollAsync(account), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _accounts.Add(KeyOf(account.Target), account);
            }
        }

        await SaveAsync(changed);
        lock (_gate)
        {
            added.ForEach(Arm);
        }

        changes.Publish(QuotaFeature.Topic);
    }

    /// <summary>A new credential ends the backoff after the old one's failures; the issuer's Retry-After still applies.</summary>
    private async Task RenewAsync(PolledAccount account, PollTarget target)
    {
        lock (_gate)
        {
            account.Target = target;
            if (account.IsPolling || !Adopt(account))
            {
                return;
            }

            account.NextAt = PollRule.Earliest(account.State, account.Source.Policy(interval.Current), time.GetUtcNow());
        }

        await SaveAsync([account]);
        lock (_gate)
        {
            if (!account.IsPolling)
            {
                Arm(account);
            }
        }

        changes.Publish(QuotaFeature.Topic);
    }

    /// <summary>Assigns the account's state to its current credential.</summary>
    /// <returns>Whether that cleared failures.</returns>
    private static bool Adopt(PolledAccount account)
    {
        var failed = account.State.Failures > 0;
        account.State = PollRule.With(account.State, CredentialMark.Of(account.Target.Stamp));
        return failed && account.State.Failures == 0;
    }
}
