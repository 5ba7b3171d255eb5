

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

    public Alert ToAlert() => new(
        Kind, Account, Window, UsedMilli / 1000d, ThresholdMilli / 1000d, UnixTime.At(ResetsAt), UnixTime.At(EarliestAt), UnixTime.At(LatestAt), UnixTime.At(CreatedAt), Message, Held);
}
