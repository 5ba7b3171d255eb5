using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Sends due alerts in batches and retries failed deliveries later. Each delivery is claimed by one conditional statement before it is sent, so that of several
/// processes on one database only one sends it. If that one ends before it stores the outcome, the delivery is due again when the claim ends.</summary>
internal sealed partial class AlertDelivery(
    ChannelOptions channels,
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

    /// <summary>The newest alerts about accounts within the data scope, and the state of their deliveries.</summary>
    public async Task<IReadOnlyList<AlertRow>> RecentAsync(int limit, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(AlertSql.Recent, AlertRow.Read, allowed.With(("limit", limit)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => channels.Names.Count == 0
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
        var claim = DeliveryRule.Claim(row, time.GetUtcNow());
        if (!await SaveAsync(row, DeliveryStatus.Of(row), claim))
        {
            return;
        }

        if (claim.State is not DeliveryStatus.Waiting)
        {
            changes.Publish(QuotaFeature.Topic);
            return;
        }

        var error = await sender.SendAsync(row.Channel, row.ToAlert(), cancellationToken);
        metrics.Delivered(row.Channel, error is null);
        if (error is null)
        {
            Log.Delivered(logger, row.AlertId, row.Channel);
        }
        else
        {
            Log.NotDelivered(logger, row.AlertId, row.Channel, error);
        }

        await SaveAsync(row, claim, DeliveryRule.After(row, error, time.GetUtcNow()));
        changes.Publish(QuotaFeature.Topic);
    }

    /// <summary>False if nothing was changed: the delivery is no longer in the state before, or the database does not accept writes.</summary>
    private async Task<bool> SaveAsync(AlertRow row, DeliveryStatus before, DeliveryStatus after)
    {
        var written = await writer.WriteAsync(session => session.Execute(
            AlertSql.UpdateDelivery,
            ("state", after.State),
            ("attempts", after.Attempts),
            ("next_at", after.NextAt),
            ("error", after.Error),
            ("delivered_at", after.DeliveredAt),
            ("alert", row.AlertId),
            ("channel", row.Channel),
            ("known_attempts", before.Attempts),
            ("known_next_at", before.NextAt)));
        return written is { Status: WriteStatus.Committed, Value: > 0 };
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
