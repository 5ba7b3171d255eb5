using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A report of either schema, as far as parsing took it. Schema 1's one turn is a turn like any other, whose start is its end.</summary>
internal sealed record IncomingReport(int SchemaVersion, ClientInfo Client, IReadOnlyList<TurnReport> Turns, string? ClaimedEmail);
