namespace Ccflux.Contracts.Quota;

/// <summary>Answer to a stored batch. <c>accepted + unchanged</c> is the number of readings sent.</summary>
public sealed record ReadingsReply
{
    /// <summary>Readings that were new.</summary>
    public required int Accepted { get; init; }

    /// <summary>Readings that were already stored, or that repeat what is known.</summary>
    public required int Unchanged { get; init; }
}
