using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Retention;

/// <summary>Removes whole days older than <c>RETENTION_DAYS</c> from the facts and from every sum, a few facts per transaction, so that
/// reports do not have to wait.</summary>
internal sealed partial class RetentionJob(
    ReadSessions readers,
    GroupCommitWriter writer,
    LedgerWriter ledger,
    OrganisationCalendar calendar,
    UsageOptions options,
    TimeProvider time,
    ILogger<RetentionJob> logger) : BackgroundService
{
    internal const int FactsPerWrite = 200;
    private const int CapDaysKept = 7;
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>Runs one pass. Returns the number of requests and turns removed.</summary>
    internal async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await writer.WriteAsync(session => session.Execute(UsageRetentionSql.DeleteCaps, ("before", UnixTime.DayOf(now) - CapDaysKept)));
        var before = RetentionRule.FirstKept(calendar, now, options.RetentionDays);
        var removed = 0;
        foreach (var user in before == 0 ? [] : await UsersAsync(cancellationToken))
        {
            WriteResult<int> result;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                result = await writer.WriteAsync(session => Remove(session, ledger, user, before, keepActiveHours: true));
                removed += result.Value;
            }
            while (result.Or(0) > 0);
        }

        if (removed > 0)
        {
            Log.Removed(logger, removed, options.RetentionDays);
        }

        return removed;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, RemoveAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task<IReadOnlyList<long>> UsersAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(UsageRetentionSql.SelectUsers, static rows => rows.Int64(0));
    }

    /// <summary>Removes one write's worth of a user's oldest facts, with their part of every figure.</summary>
    /// <param name="writing">The writer's.</param>
    /// <param name="ledger">The writer whose sums are updated.</param>
    /// <param name="user">Whose facts.</param>
    /// <param name="before">Removes requests made and turns started before this, in epoch milliseconds.</param>
    /// <param name="keepActiveHours">Whether the hours of these requests stay active, so that no later window moves.</param>
    /// <returns>How many requests and turns were removed; 0 if none are left.</returns>
    internal static int Remove(WriteSession writing, LedgerWriter ledger, long user, long before, bool keepActiveHours)
    {
        var requests = RequestStore.Ids(writing, UsageRetentionSql.SelectRequests, ("user", user), ("before", before), ("limit", FactsPerWrite));
        foreach (var id in requests)
        {
            ledger.Remove(writing, user, id, keepActiveHours);
        }

        var turns = requests.Count < FactsPerWrite
            ? writing.List(UsageRetentionSql.SelectTurns, static rows => rows.Int64(0), ("user", user), ("before", before), ("limit", FactsPerWrite))
            : [];
        foreach (var key in turns)
        {
            ledger.RemoveTurn(writing, user, key);
        }

        if (turns.Count > 0)
        {
            writing.Execute(UsageRetentionSql.DeletePrompts, ("user", user));
        }

        writing.Execute(UsageRetentionSql.DeleteLimits, ("user", user), ("before", before));
        writing.Execute(UsageRetentionSql.DeletePauses, ("user", user), ("before", before));
        if (requests.Count + turns.Count == 0 && writing.Execute(UsageRetentionSql.DeleteEmptySessions, ("user", user), ("before", before)) > 0)
        {
            ledger.ForgetSessions();
        }

        return requests.Count + turns.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Removed {Facts} requests and turns older than {Days} days")]
        public static partial void Removed(ILogger logger, int facts, int days);

        [LoggerMessage(2, LogLevel.Error, "Removing old usage failed; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
