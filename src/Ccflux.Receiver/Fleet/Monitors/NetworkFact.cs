namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>The meaning of a fact.</summary>
public enum FactState
{
    /// <summary>Neither good nor bad.</summary>
    Plain = 1,
    Good = 2,
    Warning = 3,
    Bad = 4,

    /// <summary>It could not be observed.</summary>
    Unseen = 5,
}

/// <summary>A line of the panel "Network and security": its subject, and what was observed.</summary>
public sealed record NetworkFact(string Name, FactState State, string Text);
