namespace Ccflux.Receiver.Fleet.Store;

/// <summary>A limit that a session met, as it is stored.</summary>
internal sealed class LimitRow
{
    public long AccountId { get; init; }

    public string Window { get; init; } = "";

    public long At { get; init; }

    public long ResetsAt { get; init; }
}
