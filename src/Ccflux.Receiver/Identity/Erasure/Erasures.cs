using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>Wakes the job that carries out erasures.</summary>
internal sealed class ErasureWakeSignal : Platform.Jobs.WakeSignal;

/// <summary>Erases people, a few rows per transaction, while everybody else's reports go on.</summary>
internal sealed partial class Erasures(
    GroupCommitWriter writer, ReadSessions readers, ErasureSteps steps, IEnumerable<IAccessCache> caches, ErasureWakeSignal wake, IChangeFeed changes, IEnumerable<LiveTopic> topics,
    TimeProvider time, ILogger<Erasures> logger)
{
    private bool _isResidueLeft;

    /// <summary>Ends a person's access at once and for good, and leaves the tombstone. <see cref="ErasureJob"/> removes the rows.</summary>
    /// <returns>The tombstone's number; null if nothing is known of the address. Not committed: nothing was changed.</returns>
    public async Task<WriteResult<long?>> BeginAsync(Actor actor, string email)
    {
        var result = await writer.WriteAsync(session => steps.Begin(session, actor, email, time.GetUtcNow()));
        foreach (var cache in caches)
        {
            cache.Forget();
        }

        wake.Give();
        return result;
    }

    public async Task<bool> IsFinishedAsync(long number, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.Any(ErasureSql.IsFinished, ("erasure", number));
    }

    /// <summary>Carries out what is unfinished, and empties the database's log of what was removed.</summary>
    /// <returns>False if the database accepts no writes now, or a reader keeps the log from being emptied: to be tried again.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var number in await UnfinishedAsync(cancellationToken))
        {
            if (!await RunAsync(number, cancellationToken))
            {
                return false;
            }
        }

        if (_isResidueLeft && (await writer.CheckpointAsync()).Or(false))
        {
            _isResidueLeft = false;
        }

        return !_isResidueLeft;
    }

    private async Task<bool> RunAsync(long number, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        bool isFinished;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!(await writer.WriteAsync(session => steps.Step(session, number, time.GetUtcNow()))).TryGet(out isFinished))
            {
                return false;
            }
        }
        while (!isFinished);

        _isResidueLeft = true;
        foreach (var topic in topics)
        {
            changes.Publish(topic.Name);
        }

        Log.Erased(logger, number, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return true;
    }

    private async Task<List<long>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(ErasureSql.SelectUnfinished, static rows => rows.Int64(0));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Removed everything of erased person {Number}, within {Milliseconds} ms")]
        public static partial void Erased(ILogger logger, long number, long milliseconds);
    }
}
