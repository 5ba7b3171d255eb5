namespace Ccflux.Receiver.Fleet.Store;

/// <summary>A stored limit hit of a session.</summary>
internal sealed class LimitRow
{
    public long AccountId { get; init; }

    public string Window { get; init; } = "";

    public long At { get; init; }

    public long ResetsAt { get; init; }
}
