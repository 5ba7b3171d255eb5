using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>
/// Makes the ledger agree with what is declared: a request of a user that another user has too is hidden where the other is declared to be the original, and counts again where that was taken back.
/// Runs at start, once a day for what was reported since, and whenever a declaration changes; a few requests per transaction, so that reports do not have to wait. Stopped at any point, it
/// goes on with the next run. A request that is hidden stays so while the declaration stands, also if the original is removed.
/// </summary>
internal sealed partial class CopyJob(ReadSessions readers, GroupCommitWriter writer, LedgerWriter ledger, CopyWakeSignal wake, TimeProvider time, ILogger<CopyJob> logger) : BackgroundService
{
    private const int RequestsPerWrite = 200;
    private static readonly TimeSpan s_interval = TimeSpan.FromDays(1);

    /// <summary>Several declarations in a row need one run.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Runs one pass.</summary>
    /// <returns>How many requests were hidden, and how many count again.</returns>
    internal async Task<(int Hidden, int Counted)> ApplyAsync(CancellationToken cancellationToken)
    {
        var (takenBack, declared) = await ReadAsync(
            static session => (
                session.List(CopiesSql.SelectTakenBack, static rows => (User: rows.Int64(0), Original: rows.Int64(1))),
                session.List(CopiesSql.SelectDeclarations, static rows => (User: rows.Int64(0), Original: rows.Int64(1)))),
            cancellationToken);

        var counted = 0;
        foreach (var (user, original) in takenBack)
        {
            counted += await CountAgainAsync(user, original, cancellationToken);
        }

        var hidden = 0;
        foreach (var (user, original) in declared)
        {
            hidden += await HideAsync(user, original, cancellationToken);
        }

        if (hidden + counted > 0)
        {
            Log.Applied(logger, hidden, counted);
        }

        return (hidden, counted);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, wake, s_pause, ApplyAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task<int> CountAgainAsync(long user, long original, CancellationToken cancellationToken)
    {
        var done = 0;
        int part;
        do
        {
            part = await WriteAsync(
                session => IsDeclared(session, user, original)
                    ? 0
                    : session.List(CopiesSql.SelectHidden, static rows => rows.Int64(0), ("user", user), ("of", original), ("limit", RequestsPerWrite))
                        .Count(key => ledger.CountCopy(session, user, key)),
                cancellationToken);
            done += part;
        }
        while (part > 0);

        return done;
    }

    private async Task<int> HideAsync(long user, long original, CancellationToken cancellationToken)
    {
        var done = 0;
        var requests = await ReadAsync(session => session.Scalar(CopiesSql.CountRequestsOf, ("user", original)) ?? 0, cancellationToken);
        foreach (var (from, to) in KeySlices.Of(requests))
        {
            var keys = await ReadAsync(
                session => session.List(CopiesSql.SelectCopies, static rows => rows.Int64(0), ("user", user), ("of", original), ("from", from), ("to", to)), cancellationToken);
            foreach (var part in keys.Chunk(RequestsPerWrite))
            {
                done += await WriteAsync(
                    session => IsDeclared(session, user, original) ? part.Count(key => ledger.HideCopy(session, user, key, original)) : 0, cancellationToken);
            }
        }

        return done;
    }

    /// <summary>It may have changed since it was read.</summary>
    private static bool IsDeclared(WriteSession session, long user, long original) => session.Any(CopiesSql.IsDeclared, ("user", user), ("of", original));

    private async Task<int> WriteAsync(Func<WriteSession, int> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = await writer.WriteAsync(write);
        if (!result.IsCommitted)
        {
            // The database accepts no writes now: the rest is tried again after the pause, not tomorrow.
            wake.Give();
        }

        return result.Or(0);
    }

    private async Task<T> ReadAsync<T>(Func<ReadSession, T> read, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return read(session);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Copies of other users' requests: {Hidden} count no longer, {Counted} count again")]
        public static partial void Applied(ILogger logger, int hidden, int counted);

        [LoggerMessage(2, LogLevel.Error, "Hiding copies of other users' requests failed; retrying in a day")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
