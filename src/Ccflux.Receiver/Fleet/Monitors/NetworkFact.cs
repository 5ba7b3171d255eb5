namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>What a fact means.</summary>
public enum FactState
{
    /// <summary>Just a fact.</summary>
    Plain = 1,
    Good = 2,
    Warning = 3,
    Bad = 4,

    /// <summary>Nothing can be said.</summary>
    Unseen = 5,
}

/// <summary>A line of the panel "Network and security": what it is about, what was seen.</summary>
public sealed record NetworkFact(string Name, FactState State, string Text);
