namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>A session that records belong to, or an hour of an installation that sends no session ids.</summary>
internal sealed class TelemetrySession(long sessionRef, long subject, bool isAnonymous)
{
    public long Ref { get; } = sessionRef;

    public long Subject { get; } = subject;

    public bool IsAnonymous { get; } = isAnonymous;

    /// <summary>True once api_request events arrived: from then on its metrics do not count.</summary>
    public bool HasEvents { get; set; }

    public long FirstAt { get; set; } = long.MaxValue;

    public long LastAt { get; set; }

    public void Reach(long at)
    {
        FirstAt = Math.Min(FirstAt, at);
        LastAt = Math.Max(LastAt, at);
    }
}
