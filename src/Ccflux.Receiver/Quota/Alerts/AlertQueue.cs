using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Limits the number of alerts, so that one user's figures cannot hold up the alerts of others. A user's machines may report anything.</summary>
internal static class AlertQueue
{
    /// <summary>Alerts within <see cref="Span"/> that are sent individually: about all reported accounts of one user, and about each polled account. A digest replaces the others.</summary>
    public const int MaxPerSpan = 20;

    /// <summary>The most deliveries that may wait.</summary>
    public const int MaxWaiting = 5_000;

    /// <summary>The most of these that may be about what users report.</summary>
    public const int MaxReported = 1_000;

    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <summary>How long a digest collects alerts before it is sent. There is at most one per <see cref="Span"/>.</summary>
    public static readonly TimeSpan DigestAfter = TimeSpan.FromMinutes(10);

    /// <summary>Whether deliveries may be added. Alerts that do not come from users' reports keep their room, however much is reported.</summary>
    public static bool HasRoom(WriteSession session, bool isReported) =>
        session.Scalar(AlertSql.CountWaiting) < MaxWaiting && (!isReported || session.Scalar(AlertSql.CountReportedWaiting) < MaxReported);
}
