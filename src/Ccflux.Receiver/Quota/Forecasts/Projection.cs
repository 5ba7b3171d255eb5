namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>What the present use comes to by the reset.</summary>
public enum Outlook
{
    /// <summary>Too little was seen, or too long ago.</summary>
    Unknown = 1,

    /// <summary>Nothing is left now.</summary>
    Exhausted = 2,

    /// <summary>Even the fastest recent use leaves something at the reset.</summary>
    Lasts = 3,

    /// <summary>The fastest recent use runs out before the reset, the slowest does not.</summary>
    MayRunOut = 4,

    /// <summary>Even the slowest recent use runs out before the reset.</summary>
    RunsOut = 5,
}

/// <summary>When a window will be used up: a range, since use is not even.</summary>
/// <param name="Outlook">In a word.</param>
/// <param name="Earliest">By the fastest use of the spans that were looked at.</param>
/// <param name="Latest">By the slowest; null where that does not run out before the reset.</param>
public sealed record Projection(Outlook Outlook, DateTimeOffset? Earliest = null, DateTimeOffset? Latest = null)
{
    public static Projection Unknown { get; } = new(Outlook.Unknown);
}
