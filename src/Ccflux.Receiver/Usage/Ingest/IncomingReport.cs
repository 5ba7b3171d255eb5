using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A parsed report, not yet validated. Schema 1's single turn is a turn like any other, whose start equals its end.</summary>
internal sealed record IncomingReport(int SchemaVersion, ClientInfo Client, IReadOnlyList<TurnReport> Turns, string? ClaimedEmail)
{
    /// <summary>A report of schema 3; it has no <see cref="Turns"/>.</summary>
    public RequestBatch? Requests { get; init; }
}
