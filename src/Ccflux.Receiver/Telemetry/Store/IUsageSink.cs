using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>A port: takes the usage that telemetry tells of, in the transaction that stores it. Telemetry knows nothing else about the ledger.</summary>
internal interface IUsageSink
{
    /// <param name="writing">The transaction's session.</param>
    /// <param name="user">Whose token it was; null under the organisation's token.</param>
    /// <param name="requests">Events of the kind <see cref="EventKind.ApiRequest"/>.</param>
    /// <param name="metrics">What metrics of tokens have grown by.</param>
    /// <param name="now">Epoch milliseconds.</param>
    void Put(WriteSession writing, long? user, IReadOnlyList<TelemetryRequest> requests, IReadOnlyList<TelemetryMetric> metrics, long now);

    /// <summary>Removes some of what a subject of an erased user reported.</summary>
    /// <returns>How many rows were removed or given to the user, whose own are removed elsewhere; 0 once none are left.</returns>
    int Remove(WriteSession writing, long subject, long user, int rows);
}

/// <param name="Subject">The installation, the claimed address or the user, by its number in <c>telemetry_subjects</c>.</param>
/// <param name="Event">Of the kind <see cref="EventKind.ApiRequest"/>.</param>
/// <param name="Model">As the user's telemetry may name it: "other" beyond the cap.</param>
/// <param name="Session">The session's id; null if the client leaves it out, and beyond the cap.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TelemetryRequest(long Subject, EventRecord Event, string Model, string? Session);

/// <param name="Subject">As for <see cref="TelemetryRequest"/>.</param>
/// <param name="At">When it was exported, in epoch milliseconds.</param>
/// <param name="Model">As the user's telemetry may name it: "other" beyond the cap.</param>
/// <param name="Session">The session's id; null if the client leaves it out, and beyond the cap.</param>
/// <param name="Sums">Tokens of one kind.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TelemetryMetric(long Subject, long At, string Model, string? Session, RequestSums Sums);

/// <summary>Used where there is no ledger.</summary>
internal sealed class NoUsageSink : IUsageSink
{
    public void Put(WriteSession writing, long? user, IReadOnlyList<TelemetryRequest> requests, IReadOnlyList<TelemetryMetric> metrics, long now)
    {
    }

    public int Remove(WriteSession writing, long subject, long user, int rows) => 0;
}
