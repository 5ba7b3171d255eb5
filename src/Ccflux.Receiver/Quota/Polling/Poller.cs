using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>A random number from 0 to 1, so that accounts do not poll in step.</summary>
internal delegate double PollJitter();

/// <summary>Polls each account when <see cref="PollRule"/> says so: one timer per account, one poll at a time. Every few seconds it checks
/// whether accounts were added, removed or given another credential.</summary>
internal sealed partial class Poller(
    IEnumerable<IPollSource> sources,
    PolledAccountStore accountStore,
    GroupCommitWriter writer,
    PollInterval interval,
    IReadingObserver observer,
    IChangeFeed changes,
    QuotaMetrics metrics,
    PollJitter jitter,
    TimeProvider time,
    ILogger<Poller> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    /// <summary>The most names of unknown fields that are logged in the life of the process.</summary>
    private const int MaxLeftOut = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Source, string Key), PolledAccount> _accounts = [];
    private readonly HashSet<(string Source, string Name)> _leftOut = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkInFlight _work = new();
    private ITimer? _look;
    private bool _isLooking;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await interval.LoadAsync(cancellationToken);
        _look = time.CreateTimer(_ => _ = LookAsync(), null, s_look, s_look);
        await LookAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_look is not null)
        {
            await _look.DisposeAsync();
        }

        lock (_gate)
        {
            foreach (var account in _accounts.Values)
            {
                account.IsGone = true;
                account.Dispose();
            }
        }

        await _stopping.CancelAsync();
        await SettleAsync();
    }

    /// <summary>Polls and looks in progress.</summary>
    public int Running => _work.Running;

    /// <summary>Completes when none is in progress.</summary>
    public Task SettleAsync() => _work.WhenIdleAsync();

    /// <summary>The polling status of each account.</summary>
    public IReadOnlyList<PollStatus> Statuses()
    {
        lock (_gate)
        {
            return [.. _accounts.Values.Select(account => new PollStatus(
                account.AccountId,
                account.Source,
                account.State,
                account.NextAt,
                PollRule.Wait(account.State, account.Source.Policy(interval.Current))))];
        }
    }

    /// <summary>Moves the next poll of an account, or of all, to now if the rules allow it, otherwise to the earliest instant that they allow.</summary>
    /// <returns>When the first of them will be polled; null if there is none to poll.</returns>
    public async Task<DateTimeOffset?> HurryAsync(long? accountId)
    {
        List<PolledAccount> hurried = [];
        DateTimeOffset? first = null;
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var asked = _accounts.Values.Where(account => accountId is null || account.AccountId == accountId).ToList();
            first = asked.Exists(account => account.IsPolling) ? now : null;
            hurried.AddRange(asked.Where(account => !account.IsPolling));
            var due = hurried.Count(account => IsFree(account, now));
            var place = 0;
            foreach (var account in hurried)
            {
                var policy = account.Source.Policy(interval.Current);
                var earliest = IsFree(account, now) ? now + PollRule.Spread(policy, place++, due, jitter()) : PollRule.Earliest(account.State, policy, now);
                account.NextAt = earliest < account.NextAt ? earliest : account.NextAt;
                first = first is null || account.NextAt < first ? account.NextAt : first;
            }
        }

        // Stored before it is sent, so that a restart knows of it.
        await SaveAsync(hurried);
        lock (_gate)
        {
            hurried.Where(account => !account.IsPolling).ToList().ForEach(Arm);
        }

        return first;
    }

    /// <summary>Applies a changed interval to the accounts that are waiting.</summary>
    public void Reschedule()
    {
        lock (_gate)
        {
            foreach (var account in _accounts.Values.Where(account => !account.IsPolling))
            {
                account.NextAt = Next(account);
                Arm(account);
            }
        }
    }

    public void Dispose()
    {
        _look?.Dispose();
        _stopping.Dispose();
        foreach (var account in _accounts.Values)
        {
            account.Dispose();
        }
    }

    private async Task SaveAsync(List<PolledAccount> accounts)
    {
        if (accounts.Count > 0)
        {
            await writer.WriteAsync(session =>
            {
                accounts.ForEach(account => PolledAccountStore.SavePoll(session, account.AccountId, account.State, account.NextAt));
                return accounts.Count;
            });
        }
    }

    private async Task PollAsync(PolledAccount account)
    {
        lock (_gate)
        {
            if (account.IsPolling || account.IsGone || _stopping.IsCancellationRequested)
            {
                return;
            }

            account.IsPolling = true;
        }

        _work.Begin();
        try
        {
            await AskAsync(account);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopping: the next start counts this poll as sent.
        }
        catch (Exception exception)
        {
            Log.PollFailed(logger, exception, account.Target.Account.Source);
            Settle(account, account.State with { LastAttempt = time.GetUtcNow(), Failures = account.State.Failures + 1 });
        }
        finally
        {
            lock (_gate)
            {
                account.IsPolling = false;
                Arm(account);
            }

            _work.End();
        }
    }

    private async Task AskAsync(PolledAccount account)
    {
        var source = account.Target.Account.Source;
        var attempt = time.GetUtcNow();
        var outcome = await account.Source.PollAsync(account.Target.Account, _stopping.Token);
        metrics.Polled(source, outcome.Failure);
        if (outcome.Failure is { } failure && failure != account.State.Failure)
        {
            Log.Failing(logger, source, account.AccountId, failure);
        }

        NoteLeftOut(source, outcome);
        if (outcome.Failure is null)
        {
            account.Resets = [.. outcome.Readings.Where(reading => reading.ResetsAt is not null).Select(reading => reading.ResetsAt!.Value)];
        }

        Settle(account, PollRule.After(account.State, account.Source.Policy(interval.Current), attempt, outcome, time.GetUtcNow()));
        var written = await writer.WriteAsync(new PollWrite(account.AccountId, source, outcome.Readings, account.State, account.NextAt));
        if (written.Status == WriteStatus.Committed)
        {
            metrics.Stored(source, written.Value);
            await ConsiderAlertsAsync(account);
        }
        else
        {
            metrics.Lost();
            Log.NotWritten(logger, source);
        }

        changes.Publish(QuotaFeature.Topic);
    }

    /// <summary>A failure of alerts is not a failure of the poll.</summary>
    private async Task ConsiderAlertsAsync(PolledAccount account)
    {
        try
        {
            await observer.ReadingsStoredAsync(account.AccountId);
        }
        catch (Exception exception)
        {
            Log.AlertsFailed(logger, exception);
        }
    }

    private void Settle(PolledAccount account, PollState state)
    {
        lock (_gate)
        {
            account.State = state;
            // The credential may have been renewed while the poll with the old one was running.
            account.NextAt = Adopt(account) ? PollRule.Earliest(account.State, account.Source.Policy(interval.Current), time.GetUtcNow()) : Next(account);
        }
    }

    /// <summary>Whether the rules allow a manual poll now.</summary>
    private bool IsFree(PolledAccount account, DateTimeOffset now) => PollRule.Earliest(account.State, account.Source.Policy(interval.Current), now) <= now;

    /// <summary>Counts the parts of an answer that could not be read, each time, and logs each once.</summary>
    private void NoteLeftOut(string source, PollOutcome outcome)
    {
        if (outcome.LeftOut is not { Count: > 0 } names)
        {
            return;
        }

        metrics.LeftOut(source, names.Count);
        foreach (var name in names)
        {
            bool isNew;
            lock (_gate)
            {
                isNew = _leftOut.Count < MaxLeftOut && _leftOut.Add((source, name));
            }

            if (isNew)
            {
                Log.LeftOut(logger, source, name);
            }
        }
    }

    private DateTimeOffset Next(PolledAccount account) =>
        PollRule.Next(account.State, account.Source.Policy(interval.Current), account.Resets, time.GetUtcNow(), jitter());

    private void Arm(PolledAccount account)
    {
        if (account.IsGone)
        {
            return;
        }

        var wait = account.NextAt - time.GetUtcNow();
        account.Timer?.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private static (string Source, string Key) KeyOf(PollTarget target) => (target.Account.Source, target.Account.Key);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Account discovery failed.")]
        public static partial void LookFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "A poll of {Source} failed.")]
        public static partial void PollFailed(ILogger logger, Exception exception, string source);

        [LoggerMessage(3, LogLevel.Warning, "Polling {Source} account {AccountId}: {Failure}.")]
        public static partial void Failing(ILogger logger, string source, long accountId, PollFailure failure);

        [LoggerMessage(4, LogLevel.Warning, "Could not store the result of a poll of {Source}.")]
        public static partial void NotWritten(ILogger logger, string source);

        [LoggerMessage(6, LogLevel.Warning, "An answer to a poll of {Source} contains a part that this version cannot read and ignores: {Name}.")]
        public static partial void LeftOut(ILogger logger, string source, string name);

        [LoggerMessage(5, LogLevel.Error, "Checking for alerts failed.")]
        public static partial void AlertsFailed(ILogger logger, Exception exception);
    }
}

/// <summary>The polling status of one account.</summary>
internal sealed record PollStatus(long AccountId, IPollSource Source, PollState State, DateTimeOffset NextAt, TimeSpan Wait);
