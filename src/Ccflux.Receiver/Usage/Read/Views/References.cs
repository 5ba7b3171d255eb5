namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A user, as named in every table.</summary>
public sealed record UserRef(long Id, string Email, string Division);

/// <summary>The price list from which values are calculated.</summary>
/// <param name="IsOwn">True for the operator's own list, false for the built-in one.</param>
/// <param name="Updated">The day on which the list was last compared with the vendor's prices; null if the list does not state it.</param>
public sealed record PriceListRef(bool IsOwn, DateOnly? Updated);

/// <summary>A model.</summary>
/// <param name="Order">Its position in the order in which models were first seen, from 0.</param>
/// <param name="Colour">Number of its series token, the same on every page; 0 for grey.</param>
public sealed record ModelRef(long Id, string Name, int Order, int Colour)
{
    /// <summary>All models that a chart does not show individually.</summary>
    public static ModelRef Other { get; } = new(0, "other", int.MaxValue, 0);
}

/// <summary>How certain a tier is. High: confirmed by a limit. Medium: from ten windows. Low: from three. Unknown: not certain at all.</summary>
public enum TierConfidence
{
    Unknown = 0,
    Low = 1,
    Medium = 2,
    High = 3,
}

/// <summary>A user's estimated seat tier.</summary>
/// <param name="PeakTokens">The representative peak; with <paramref name="LimitHitAt"/>, the window's billed tokens at the limit.</param>
/// <param name="Windows">Completed windows behind the estimate.</param>
public sealed record TierView(string Label, TierConfidence Confidence, long PeakTokens, int Windows, DateTimeOffset? LimitHitAt)
{
    public const string UnknownLabel = "Unknown";

    public static TierView None { get; } = new(UnknownLabel, TierConfidence.Unknown, 0, 0, null);
}
