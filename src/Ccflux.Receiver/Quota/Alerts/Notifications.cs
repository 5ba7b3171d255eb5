using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>What other parts tell by the channels of alerts. Quiet hours hold for it too.</summary>
internal sealed class Notifications(AlertOptions options, TimeProvider time)
{
    private const int MaxText = 500;

    private readonly QuietHours? _quiet = options.QuietHours is { } hours ? QuietHours.Parse(hours, options.TimeZone) : null;

    public IReadOnlyList<string> Channels => options.Channels;

    /// <summary>Within the caller's transaction, so that what is told and what is known to be told never differ. Nothing is written
    /// without a channel, or where <see cref="AlertQueue.MaxWaiting"/> deliveries wait.</summary>
    public void Write(SqlConnection connection, string text)
    {
        var channels = options.Channels;
        if (channels.Count == 0 || !AlertQueue.HasRoom(connection, isReported: false))
        {
            return;
        }

        var now = time.GetUtcNow();
        var alertId = connection.Scalar(AlertSql.InsertNotice, AlertKind.Notice, now.ToUnixTimeMilliseconds(), text.Length > MaxText ? text[..MaxText] : text)!.Value;
        var sendAt = (_quiet?.NotBefore(now) ?? now).ToUnixTimeMilliseconds();
        foreach (var channel in channels)
        {
            connection.Execute(AlertSql.InsertDelivery, alertId, channel, sendAt);
        }
    }
}
