using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>A port: takes the requests that users' own telemetry tells of, in the transaction that stores their events. Telemetry knows nothing else about the ledger.</summary>
internal interface IRequestSink
{
    /// <param name="writing">The transaction's session.</param>
    /// <param name="user">Whose token it was.</param>
    /// <param name="requests">Events of the kind <see cref="EventKind.ApiRequest"/>.</param>
    /// <param name="now">Epoch milliseconds.</param>
    void Put(WriteSession writing, long user, IReadOnlyList<TelemetryRequest> requests, long now);
}

/// <param name="Event">Of the kind <see cref="EventKind.ApiRequest"/>.</param>
/// <param name="Model">As the user's telemetry may name it: "other" beyond the cap.</param>
/// <param name="Session">The session's id; null if the client leaves it out, and beyond the cap.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TelemetryRequest(EventRecord Event, string Model, string? Session);

/// <summary>Used where there is no ledger.</summary>
internal sealed class NoRequestSink : IRequestSink
{
    public void Put(WriteSession writing, long user, IReadOnlyList<TelemetryRequest> requests, long now)
    {
    }
}
