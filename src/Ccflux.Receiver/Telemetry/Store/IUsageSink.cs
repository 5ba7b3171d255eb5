using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>A port: takes the usage that users' own telemetry tells of, in the transaction that stores it. Telemetry knows nothing else about the ledger.</summary>
internal interface IUsageSink
{
    /// <param name="writing">The transaction's session.</param>
    /// <param name="user">Whose token it was.</param>
    /// <param name="requests">Events of the kind <see cref="EventKind.ApiRequest"/>.</param>
    /// <param name="metrics">What metrics of tokens have grown by.</param>
    /// <param name="now">Epoch milliseconds.</param>
    void Put(WriteSession writing, long user, IReadOnlyList<TelemetryRequest> requests, IReadOnlyList<TelemetryMetric> metrics, long now);
}

/// <param name="Event">Of the kind <see cref="EventKind.ApiRequest"/>.</param>
/// <param name="Model">As the user's telemetry may name it: "other" beyond the cap.</param>
/// <param name="Session">The session's id; null if the client leaves it out, and beyond the cap.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TelemetryRequest(EventRecord Event, string Model, string? Session);

/// <param name="At">When it was exported, in epoch milliseconds.</param>
/// <param name="Model">As the user's telemetry may name it: "other" beyond the cap.</param>
/// <param name="Session">The session's id; null if the client leaves it out, and beyond the cap.</param>
/// <param name="Sums">Tokens of one kind.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TelemetryMetric(long At, string Model, string? Session, RequestSums Sums);

/// <summary>Used where there is no ledger.</summary>
internal sealed class NoUsageSink : IUsageSink
{
    public void Put(WriteSession writing, long user, IReadOnlyList<TelemetryRequest> requests, IReadOnlyList<TelemetryMetric> metrics, long now)
    {
    }
}
