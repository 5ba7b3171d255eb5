using System.Text.Json;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Removes, once an hour, what is older than TELEMETRY_RETENTION_DAYS: events, known points, sessions, and labels that are no longer configured,
/// in small writes between those of others. Rollups stay, and so do the labels that they are grouped by.</summary>
internal sealed partial class TelemetryHousekeeping(
    GroupCommitWriter writer, TelemetryWriter telemetry, TelemetryOptions options, LabelNames labels, TimeProvider time, ILogger<TelemetryHousekeeping> logger) : BackgroundService
{
    private const int RowsAWrite = 2000;
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>Removes everything that is too old. False if the database could not be written.</summary>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().AddDays(-options.RetentionDays).ToUnixTimeMilliseconds();
        var removed = RowsAWrite;
        while (removed > 0 && !cancellationToken.IsCancellationRequested)
        {
            var written = await writer.WriteAsync(session => Remove(session, before));
            if (!written.TryGet(out removed))
            {
                return false;
            }
        }

        return true;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, RoundAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (!await RunAsync(cancellationToken))
        {
            Log.NotRemoved(logger);
        }
    }

    private int Remove(WriteSession session, long before)
    {
        // Sessions that this transaction touched must be written before any session's age is checked.
        telemetry.Settle(session);
        var removed = session.Execute(TelemetryRetentionSql.DeleteEvents, ("before", before), ("limit", RowsAWrite));
        removed += session.Execute(TelemetryRetentionSql.DeletePoints, ("before_day", Clock.Day(before)), ("limit", RowsAWrite));
        removed += session.Execute(TelemetryRetentionSql.DeletePrompts, ("before_day", Clock.Day(before)), ("limit", RowsAWrite));
        removed += session.Execute(TelemetryRetentionSql.DeleteStreams, ("before_nanoseconds", before * 1_000_000), ("limit", RowsAWrite));
        removed += session.Execute(LabelSql.DeleteUnasked, ("names", JsonSerializer.Serialize(labels.All)), ("before", before), ("limit", RowsAWrite));
        session.Execute(TelemetryRetentionSql.DeleteSessionUsage, ("before", before), ("limit", RowsAWrite));
        return removed + session.Execute(TelemetryRetentionSql.DeleteSessions, ("before", before), ("limit", RowsAWrite));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old telemetry was not removed; retrying in an hour")]
        public static partial void NotRemoved(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "Removing old telemetry failed; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
