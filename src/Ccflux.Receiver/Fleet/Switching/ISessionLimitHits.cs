namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>A request that was refused because of a limit, which ended its turn.</summary>
internal sealed record SessionLimitHit(string SessionId, string Window, DateTimeOffset At, DateTimeOffset ResetsAt);

/// <summary>Takes the limits that sessions hit. The caller must know whether to trust a session's reports.</summary>
internal interface ISessionLimitHits
{
    /// <summary>Whether an agent reports the session now. Limit hits of other sessions do not concern the fleet.</summary>
    bool IsOfFleet(string sessionId);

    /// <summary>Stores the last hit of each session and window, all in one write.</summary>
    /// <returns>False if they could not be stored now. Hits that are not credible, or that belong to no session of the fleet, count as handled.</returns>
    Task<bool> NoteAsync(IReadOnlyList<SessionLimitHit> limits);
}

/// <summary>While the fleet is off, it has no sessions.</summary>
internal sealed class NoSessionLimitHits : ISessionLimitHits
{
    public bool IsOfFleet(string sessionId) => false;

    public Task<bool> NoteAsync(IReadOnlyList<SessionLimitHit> limits) => Task.FromResult(true);
}
