using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A parsed report, not yet validated: a batch of requests, or what ccflux 0.1 sends.</summary>
internal sealed record IncomingReport
{
    private IncomingReport()
    {
    }

    /// <summary>A report of schema 3; null for one of schema 1.</summary>
    public RequestBatch? Requests { get; private init; }

    /// <summary>A report of schema 1; null for one of schema 3.</summary>
    public LegacyTurn? Legacy { get; private init; }

    public static IncomingReport Of(RequestBatch requests) => new() { Requests = requests };

    public static IncomingReport Of(LegacyTurn legacy) => new() { Legacy = legacy };
}
