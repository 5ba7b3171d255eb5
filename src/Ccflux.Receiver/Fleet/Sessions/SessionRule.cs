namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>The assumed state of a session, by how long ago its agent was last seen.</summary>
internal enum Presence
{
    Live = 1,

    /// <summary>Three heartbeats are missing. The session counts as running: nothing may be done that would disturb it.</summary>
    Stale = 2,

    Gone = 3,
}

/// <summary>Decides the state of a session. Pure.</summary>
internal static class SessionRule
{
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);

    public static Presence Of(TimeSpan silence) => silence < StaleAfter ? Presence.Live : silence < GoneAfter ? Presence.Stale : Presence.Gone;
}
