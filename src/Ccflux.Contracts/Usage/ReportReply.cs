namespace Ccflux.Contracts.Usage;

/// <summary>Answer to a stored batch. <c>accepted + unchanged + expired</c> is the number of turns sent.</summary>
public sealed record ReportReply
{
    /// <summary>Turns that were new or that changed what was stored.</summary>
    public required int Accepted { get; init; }

    /// <summary>Turns that were already stored, with the same or better figures.</summary>
    public required int Unchanged { get; init; }

    /// <summary>Turns older than the receiver keeps; they were not stored and need not be sent again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Expired { get; init; }

    /// <summary>Identity of the receiver's database. When it changes (a backup was restored), the client backfills.</summary>
    public required string Store { get; init; }
}
