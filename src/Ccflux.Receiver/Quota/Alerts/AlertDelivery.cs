using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Sends due alerts in batches and retries failed deliveries later.</summary>
internal sealed partial class AlertDelivery(
    AlertOptions options,
    QuotaIntervals intervals,
    AlertSender sender,
    ReadSessions readers,
    GroupCommitWriter writer,
    IChangeFeed changes,
    QuotaMetrics metrics,
    TimeProvider time,
    ILogger<AlertDelivery> logger) : BackgroundService
{
    public const int MaxRecent = 500;

    /// <summary>The most deliveries that one look sends.</summary>
    public const int AtOnce = 20;

    /// <summary>The wait after each failure; after the last one the delivery is given up.</summary>
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)];

    /// <summary>The newest alerts and the state of their deliveries.</summary>
    public async Task<IReadOnlyList<AlertRow>> RecentAsync(int limit, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(AlertSql.Recent, AlertRow.Read, ("limit", limit));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Channels.Count == 0
        ? Task.CompletedTask
        : PeriodicLoop.RunLaterAsync(time, intervals.Delivery, SendDueAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task SendDueAsync(CancellationToken cancellationToken)
    {
        List<AlertRow> due;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            due = session.List(AlertSql.Due, AlertRow.Read, ("now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("limit", AtOnce));
        }

        foreach (var row in due)
        {
            await SendAsync(row, cancellationToken);
        }
    }

    private async Task SendAsync(AlertRow row, CancellationToken cancellationToken)
    {
        if (row.ResetsAt <= time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            await SaveAsync(row, "outdated", row.Attempts, row.NextAt, null, null);
            return;
        }

        var error = await sender.SendAsync(row.Channel, row.ToAlert(), cancellationToken);
        metrics.Delivered(row.Channel, error is null);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (error is null)
        {
            Log.Delivered(logger, row.AlertId, row.Channel);
            await SaveAsync(row, "delivered", row.Attempts + 1, row.NextAt, null, now);
            return;
        }

        Log.NotDelivered(logger, row.AlertId, row.Channel, error);
        var isLast = row.Attempts >= s_waits.Length;
        var next = isLast ? row.NextAt : now + (long)s_waits[row.Attempts].TotalMilliseconds;
        await SaveAsync(row, isLast ? "failed" : "waiting", row.Attempts + 1, next, error, null);
    }

    private async Task SaveAsync(AlertRow row, string state, long attempts, long nextAt, string? error, long? deliveredAt)
    {
        await writer.WriteAsync(session => session.Execute(
            AlertSql.UpdateDelivery,
            ("state", state),
            ("attempts", attempts),
            ("next_at", nextAt),
            ("error", error),
            ("delivered_at", deliveredAt),
            ("alert", row.AlertId),
            ("channel", row.Channel)));
        changes.Publish(QuotaFeature.Topic);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Sending alerts failed.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Alert {AlertId} was delivered by {Channel}.")]
        public static partial void Delivered(ILogger logger, long alertId, string channel);

        [LoggerMessage(3, LogLevel.Warning, "Alert {AlertId} could not be delivered by {Channel}: {Error}.")]
        public static partial void NotDelivered(ILogger logger, long alertId, string channel, string error);
    }
}
