using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>How many alerts there may be, so that nobody's figures keep the alerts of others from going out. What a user's machines report may be anything.</summary>
internal static class AlertQueue
{
    /// <summary>Alerts within <see cref="Span"/> that are sent one by one: of one user's reported accounts together, and of each polled account. A digest stands for the others.</summary>
    public const int MaxPerSpan = 20;

    /// <summary>Deliveries that may wait.</summary>
    public const int MaxWaiting = 5_000;

    /// <summary>Of these, deliveries about what users report.</summary>
    public const int MaxReported = 1_000;

    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <summary>How long a digest gathers before it is sent. There is one at most in each <see cref="Span"/>.</summary>
    public static readonly TimeSpan DigestAfter = TimeSpan.FromMinutes(10);

    /// <summary>Whether deliveries may be added. Real alerts keep their room, however much is reported.</summary>
    public static bool HasRoom(SqlConnection connection, bool isReported) =>
        connection.Scalar(AlertSql.CountWaiting) < MaxWaiting && (!isReported || connection.Scalar(AlertSql.CountReportedWaiting) < MaxReported);
}
