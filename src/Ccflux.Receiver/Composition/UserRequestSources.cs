using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Composition;

/// <summary>Reads from the ledger who reported a user's requests.</summary>
internal sealed class UserRequestSources(ReadSessions readers) : IRequestSources
{
    public async Task<IReadOnlyList<RequestsBySource>> ReadAsync(string email, long from, long until, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return
        [
            .. session.List(
                PortsSql.RequestSources,
                static rows => (
                    Sources: (RequestSources)rows.Int32(0), Origin: (RequestOrigin)rows.Int32(1), Counts: rows.Int32(2) == (int)RequestHiding.None,
                    Count: new RequestCount(rows.Int64(3), rows.Int64(4))),
                allowed.With(("email", email), ("from", from), ("until", until), ("limit", IRequestSources.MaxRequests)))
                .GroupBy(row => row.Origin)
                .Select(origin =>
                {
                    RequestCount Of(RequestSources sources, bool counts = true) =>
                        origin.Where(row => row.Sources == sources && row.Counts == counts).Aggregate(RequestCount.None, (sum, row) => sum + row.Count);

                    return new RequestsBySource(
                        origin.Key, Of(RequestSources.Hook | RequestSources.Telemetry), Of(RequestSources.Hook), Of(RequestSources.Telemetry), Of(RequestSources.Telemetry, counts: false));
                })
                .OrderByDescending(row => row.Requests)
                .ThenBy(row => row.Origin),
        ];
    }
}
