using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Sends notifications of other slices through the channels of alerts. Quiet hours apply to them too.</summary>
internal sealed class Notifications(AlertOptions options, ChannelOptions channels, TimeProvider time)
{
    private const int MaxText = 500;

    private readonly QuietHours? _quiet = options.QuietHours is { } hours ? QuietHours.Parse(hours, options.TimeZone) : null;

    public IReadOnlyList<string> Channels => channels.Names;

    /// <summary>Writes within the caller's transaction, so that what is sent and what is recorded as sent never differ. Writes nothing
    /// without a channel, or while <see cref="AlertQueue.MaxWaiting"/> deliveries wait.</summary>
    public void Write(WriteSession session, string text)
    {
        var names = channels.Names;
        if (names.Count == 0 || !AlertQueue.HasRoom(session.Scalar(AlertSql.CountWaiting) ?? 0, reportedWaiting: 0))
        {
            return;
        }

        var now = time.GetUtcNow();
        var message = text.Length > MaxText ? text[..MaxText] : text;
        var alertId = session.Insert(AlertSql.InsertNotice, ("kind", AlertKind.Notice), ("now", now.ToUnixTimeMilliseconds()), ("message", message));
        AlertWriter.WriteDeliveries(session, alertId, names, _quiet?.NotBefore(now) ?? now);
    }
}
