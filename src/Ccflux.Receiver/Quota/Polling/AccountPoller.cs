using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Polls one account: asks its source, stores the outcome with the time of the next poll, and has alerts checked.</summary>
internal sealed partial class AccountPoller(
    PolledAccounts accounts,
    GroupCommitWriter writer,
    IReadingObserver observer,
    IChangeFeed changes,
    QuotaMetrics metrics,
    TimeProvider time,
    ILogger<AccountPoller> logger)
{
    /// <summary>The most names of unknown fields that are logged in the life of the process.</summary>
    private const int MaxLeftOut = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<(string Source, string Name)> _leftOut = [];

    /// <summary>Polls an account if it is due.</summary>
    /// <returns>When it is due again; null if it is not polled any more.</returns>
    /// <exception cref="OperationCanceledException">The receiver stops. The next start counts this poll as sent.</exception>
    public async Task<DateTimeOffset?> PollAsync(PollKey key, CancellationToken cancellationToken)
    {
        if (accounts.Find(key) is not { } account)
        {
            return null;
        }

        var attempt = time.GetUtcNow();
        if (account.NextAt > attempt)
        {
            // Its poll was moved while this one was about to start.
            return account.NextAt;
        }

        var outcome = await account.Source.PollAsync(account.Target.Account, cancellationToken);
        metrics.Polled(key.Source, outcome.Failure);
        if (outcome.Failure is { } failure && failure != account.State.Failure)
        {
            Log.Failing(logger, key.Source, account.AccountId.Value, failure);
        }

        NoteLeftOut(key.Source, outcome);
        var settled = accounts.Settle(account, attempt, outcome);
        var written = await writer.WriteAsync(new PollWrite(settled.AccountId, key.Source, outcome.Readings, settled.State, settled.NextAt));
        if (written.Status == WriteStatus.Committed)
        {
            metrics.Stored(key.Source, written.Value);
            await ConsiderAlertsAsync(settled.AccountId);
        }
        else
        {
            metrics.Lost();
            Log.NotWritten(logger, key.Source);
        }

        changes.Publish(QuotaFeature.Topic);
        return settled.NextAt;
    }

    /// <summary>Logs a poll that threw an exception, and counts it as a failure.</summary>
    /// <returns>When the account is due again; null if it is not polled any more.</returns>
    public DateTimeOffset? Failed(PollKey key, Exception exception)
    {
        Log.PollFailed(logger, exception, key.Source);
        return accounts.Find(key) is { } account ? accounts.SettleFailed(account).NextAt : null;
    }

    /// <summary>A failure of alerts is not a failure of the poll.</summary>
    private async Task ConsiderAlertsAsync(QuotaAccountId accountId)
    {
        try
        {
            await observer.ReadingsStoredAsync(accountId);
        }
        catch (Exception exception)
        {
            Log.AlertsFailed(logger, exception);
        }
    }

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

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "A poll of {Source} failed.")]
        public static partial void PollFailed(ILogger logger, Exception exception, string source);

        [LoggerMessage(3, LogLevel.Warning, "Polling {Source} account {AccountId}: {Failure}.")]
        public static partial void Failing(ILogger logger, string source, long accountId, PollFailure failure);

        [LoggerMessage(4, LogLevel.Warning, "Could not store the result of a poll of {Source}.")]
        public static partial void NotWritten(ILogger logger, string source);

        [LoggerMessage(5, LogLevel.Error, "Checking for alerts failed.")]
        public static partial void AlertsFailed(ILogger logger, Exception exception);

        [LoggerMessage(6, LogLevel.Warning, "An answer to a poll of {Source} contains a part that this version cannot read and ignores: {Name}.")]
        public static partial void LeftOut(ILogger logger, string source, string name);
    }
}
