using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Removes whole days older than <c>RETENTION_DAYS</c> from the facts and from every rollup, a few turns per transaction, so that
/// reports do not have to wait.</summary>
internal sealed partial class RetentionJob(
    ReadSessions readers,
    GroupCommitWriter writer,
    UsageWriter usage,
    UsageOptions options,
    TimeProvider time,
    ILogger<RetentionJob> logger) : BackgroundService
{
    private const int TurnsPerWrite = 200;
    private const int CapDaysKept = 7;
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>Runs one pass. Returns the number of turns removed.</summary>
    internal async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await writer.WriteAsync(session => session.Execute(
            UsageRetentionSql.DeleteCaps,
            ("before", StoredTurn.DayOf(now.ToUnixTimeMilliseconds()) - CapDaysKept)));
        if (options.RetentionDays == 0)
        {
            return 0;
        }

        var before = RetentionRule.FirstDayKept(now, options.RetentionDays) * UnixTime.Day;
        var removed = 0;
        foreach (var user in await UsersAsync(before, cancellationToken))
        {
            WriteResult<int> result;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                result = await writer.WriteAsync(session => Remove(session, user, before));
                removed += result.Value;
            }
            while (result.Or(0) == TurnsPerWrite);
        }

        if (removed > 0)
        {
            Log.Removed(logger, removed, options.RetentionDays);
        }

        return removed;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, RemoveAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task<IReadOnlyList<long>> UsersAsync(long before, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(UsageRetentionSql.SelectUsers, static rows => rows.Int64(0), ("before", before));
    }

    private int Remove(WriteSession session, long user, long before) => Remove(session, usage, user, before);

    /// <summary>Removes one write's worth of a user's oldest turns, with their part of every figure.</summary>
    /// <param name="writing">The writer's.</param>
    /// <param name="usage">The writer whose rollups are updated.</param>
    /// <param name="user">Whose turns.</param>
    /// <param name="before">Removes turns that ended before this, in epoch milliseconds.</param>
    /// <returns>How many turns were removed; fewer than <see cref="TurnsPerWrite"/> if none are left.</returns>
    internal static int Remove(WriteSession writing, UsageWriter usage, long user, long before)
    {
        var turns = new List<(long Session, int Schema, int Index)>(TurnsPerWrite);
        using (var rows = writing.Query(UsageRetentionSql.SelectTurns, ("user", user), ("before", before), ("limit", TurnsPerWrite)))
        {
            while (rows.Read())
            {
                turns.Add((rows.Int64(1), rows.Int32(2), rows.Int32(3)));
            }
        }

        foreach (var (session, schema, index) in turns)
        {
            var (turnId, turn) = FactsWriter.Read(writing, user, session, schema, index)!.Value;
            usage.Remove(writing, turnId, turn);
        }

        writing.Execute(UsageRetentionSql.DeleteLimitEvents, ("user", user), ("before", before));
        return turns.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Removed {Turns} turns older than {Days} days")]
        public static partial void Removed(ILogger logger, int turns, int days);

        [LoggerMessage(2, LogLevel.Error, "Removing old usage failed; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
