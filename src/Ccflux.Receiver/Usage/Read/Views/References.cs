namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A person, as every table names them.</summary>
public sealed record UserRef(long Id, string Email, string Division);

/// <summary>Which price list values are from.</summary>
/// <param name="IsOwn">The operator's own list instead of the built-in one.</param>
/// <param name="Updated">The day on which the list was last compared with what the vendor asks; null where it does not say.</param>
public sealed record PriceListRef(bool IsOwn, DateOnly? Updated);

/// <summary>A model.</summary>
/// <param name="Order">Its place in the order of first sight, from 0.</param>
/// <param name="Colour">Number of its series token, the same on every page; 0 for grey.</param>
public sealed record ModelRef(long Id, string Name, int Order, int Colour)
{
    /// <summary>All that a chart does not show one by one.</summary>
    public static ModelRef Other { get; } = new(0, "other", int.MaxValue, 0);
}

/// <summary>How sure a tier is: confirmed by a limit, from ten windows, from three, not at all.</summary>
public enum TierConfidence
{
    Unknown = 0,
    Low = 1,
    Medium = 2,
    High = 3,
}

/// <summary>A user's estimated seat tier.</summary>
/// <param name="PeakTokens">The representative peak; with <paramref name="LimitHitAt"/>, what the window held at the limit.</param>
/// <param name="Windows">Completed windows behind the estimate.</param>
public sealed record TierView(string Label, TierConfidence Confidence, long PeakTokens, int Windows, DateTimeOffset? LimitHitAt)
{
    public const string UnknownLabel = "Unknown";

    public static TierView None { get; } = new(UnknownLabel, TierConfidence.Unknown, 0, 0, null);
}
