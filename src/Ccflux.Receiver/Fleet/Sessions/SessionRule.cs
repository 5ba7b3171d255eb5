namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>What is believed of a session by how long ago its agent was heard.</summary>
internal enum Presence
{
    Live = 1,

    /// <summary>Three heartbeats are missing. It counts as there: nothing may be done that a living one would mind.</summary>
    Stale = 2,

    Gone = 3,
}

/// <summary>When a session counts as what. Pure.</summary>
internal static class SessionRule
{
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);

    public static Presence Of(TimeSpan silence) => silence < StaleAfter ? Presence.Live : silence < GoneAfter ? Presence.Stale : Presence.Gone;
}
