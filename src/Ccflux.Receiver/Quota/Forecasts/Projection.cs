namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>What present use leads to by the reset.</summary>
public enum Outlook
{
    /// <summary>Too little was observed, or too long ago.</summary>
    Unknown = 1,

    /// <summary>Nothing is left now.</summary>
    Exhausted = 2,

    /// <summary>Even the fastest recent rate of use leaves something at the reset.</summary>
    Lasts = 3,

    /// <summary>The window runs out before the reset at the fastest recent rate of use, but not at the slowest.</summary>
    MayRunOut = 4,

    /// <summary>The window runs out before the reset even at the slowest recent rate of use.</summary>
    RunsOut = 5,
}

/// <summary>When a window will be used up: a range, because use is uneven.</summary>
/// <param name="Outlook">The forecast in a word.</param>
/// <param name="Earliest">At the fastest rate of the spans that were considered.</param>
/// <param name="Latest">At the slowest rate; null if the window does not run out before the reset at that rate.</param>
public sealed record Projection(Outlook Outlook, DateTimeOffset? Earliest = null, DateTimeOffset? Latest = null)
{
    public static Projection Unknown { get; } = new(Outlook.Unknown);
}
