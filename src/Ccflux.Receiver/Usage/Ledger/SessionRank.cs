namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>How well a report knows the session of a request. Stored by number; the better knowledge holds.</summary>
internal enum SessionRank : byte
{
    Unknown = 0,

    /// <summary>A transcript of the session has the request; it may be a copy.</summary>
    Transcript = 1,

    /// <summary>The transcript says that this session made the request.</summary>
    RequestSession = 2,

    /// <summary>Telemetry's <c>session.id</c>.</summary>
    Telemetry = 3,
}
