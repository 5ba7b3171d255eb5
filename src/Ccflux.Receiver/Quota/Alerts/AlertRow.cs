using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>An alert on one channel, with the state of its delivery.</summary>
internal sealed class AlertRow
{
    public long AlertId { get; init; }

    public string Channel { get; init; } = "";

    public string State { get; init; } = "";

    public long Attempts { get; init; }

    public long NextAt { get; init; }

    public string? Error { get; init; }

    public long? DeliveredAt { get; init; }

    public string Window { get; init; } = "";

    public string Kind { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ThresholdMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long? EarliestAt { get; init; }

    public long? LatestAt { get; init; }

    public long CreatedAt { get; init; }

    public string Account { get; init; } = "";

    public string? Message { get; init; }

    public long Held { get; init; }

    /// <summary>From a row of <see cref="AlertSql.Due"/> or <see cref="AlertSql.Recent"/>.</summary>
    public static AlertRow Read(Rows rows) => new()
    {
        AlertId = rows.Int64(0),
        Channel = rows.Text(1),
        State = rows.Text(2),
        Attempts = rows.Int64(3),
        NextAt = rows.Int64(4),
        Error = rows.TextOrNull(5),
        DeliveredAt = rows.Int64OrNull(6),
        Window = rows.Text(7),
        Kind = rows.Text(8),
        UsedMilli = rows.Int64(9),
        ThresholdMilli = rows.Int64OrNull(10),
        ResetsAt = rows.Int64OrNull(11),
        EarliestAt = rows.Int64OrNull(12),
        LatestAt = rows.Int64OrNull(13),
        CreatedAt = rows.Int64(14),
        Message = rows.TextOrNull(15),
        Held = rows.Int64(16),
        Account = rows.Text(17),
    };

    public Alert ToAlert() => new(
        Kind, Account, Window, UsedMilli / 1000d, ThresholdMilli / 1000d, UnixTime.At(ResetsAt), UnixTime.At(EarliestAt), UnixTime.At(LatestAt), UnixTime.At(CreatedAt), Message, Held);
}
