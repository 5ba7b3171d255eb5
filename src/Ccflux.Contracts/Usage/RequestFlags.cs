namespace Ccflux.Contracts.Usage;

/// <summary>What else a report says of a request. Sent by number; unknown bits are ignored.</summary>
[Flags]
public enum RequestFlags
{
    None = 0,

    /// <summary>Answered at <c>speed: "fast"</c>.</summary>
    Fast = 1,

    /// <summary>Answered with <c>inference_geo: "us"</c>.</summary>
    UnitedStates = 2,

    /// <summary>Answered with <c>service_tier: "batch"</c>.</summary>
    Batch = 4,

    /// <summary>Answered with <c>service_tier: "priority"</c>.</summary>
    Priority = 8,

    /// <summary>The cache writes are known by lifetime. Without it all of them stand as 5-minute writes.</summary>
    Split = 16,

    /// <summary>The figures are not final (<c>stop_reason</c> null): the output may be too low.</summary>
    Partial = 32,

    /// <summary>The session is the one that made the request (<c>requestSessionId</c>), not just one whose transcript has a copy of it.</summary>
    OwnSession = 64,

    /// <summary>The key is made of the API's own id of the request (<see cref="LedgerKey.OfRequest"/>), which telemetry states too.</summary>
    ApiId = 128,
}
