using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Makes the sums by hour and day again, user by user, after <c>TIME_ZONE</c> has changed. What is reported meanwhile stands in the new days at once; a user whose turn has not come yet
/// has days of both zones. A restart begins again with the first user.</summary>
internal sealed partial class CalendarJob(
    ReadSessions readers, GroupCommitWriter writer, LedgerWriter ledger, OrganisationCalendar calendar, TimeProvider time, ILogger<CalendarJob> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <returns>How many users' sums were made again.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (string.Equals(await ZoneAsync(cancellationToken), calendar.Name, StringComparison.Ordinal))
        {
            return 0;
        }

        var done = 0;
        await foreach (var user in LedgerRecount.UsersAsync(readers, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = await writer.WriteAsync(session =>
            {
                ledger.Rebuild(session, user, time.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            });
            if (!result.IsCommitted)
            {
                return done;
            }

            done++;
        }

        await writer.WriteAsync(session => session.Execute(LedgerRebuildSql.PutZone, ("zone", calendar.Name)));
        if (done > 0)
        {
            Log.Rebuilt(logger, done, calendar.Name);
        }

        return done;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, RunAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task<string?> ZoneAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.Text(LedgerRebuildSql.SelectZone);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The sums of {Users} users now stand in the days of {Zone}")]
        public static partial void Rebuilt(ILogger logger, int users, string zone);

        [LoggerMessage(2, LogLevel.Error, "Making the sums of another time zone failed; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
