namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A person, as every table names them.</summary>
public sealed record UserRef(long Id, string Email, string Division);

/// <summary>A model and its place in the order of first sight (from 0), which gives it its colour for good.</summary>
public sealed record ModelRef(long Id, string Name, int Order)
{
    /// <summary>All that a chart does not show one by one.</summary>
    public static ModelRef Other { get; } = new(0, "other", int.MaxValue);

    /// <summary>The series colour: 1 to 4, then 6 and 8, then 0 for the grey "other".</summary>
    public int Colour => Order switch { < 4 => Order + 1, 4 => 6, 5 => 8, _ => 0 };
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
