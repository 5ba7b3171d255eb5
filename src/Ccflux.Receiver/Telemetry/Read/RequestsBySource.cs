using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Requests and their tokens of all four kinds.</summary>
public sealed record RequestCount(long Requests, long Tokens)
{
    public static readonly RequestCount None = new(0, 0);

    public static RequestCount operator +(RequestCount left, RequestCount right) => new(left.Requests + right.Requests, Saturating.Add(left.Tokens, right.Tokens));
}

/// <summary>A user's requests that were made for the same thing, by who reported them. Each request is in one column.</summary>
/// <param name="Origin">What they were made for.</param>
/// <param name="Both">Reported by the hook and by telemetry.</param>
/// <param name="HookOnly">Reported by the hook only.</param>
/// <param name="TelemetryOnly">Reported by telemetry only.</param>
/// <param name="NotCounted">Reported by telemetry only, and in no sum: reporting was paused, the session's transcripts lack the ids to compare by, or the address is only claimed. Metrics, where
/// requests are known.</param>
public sealed record RequestsBySource(RequestOrigin Origin, RequestCount Both, RequestCount HookOnly, RequestCount TelemetryOnly, RequestCount NotCounted)
{
    /// <summary>All of them.</summary>
    public long Requests => Both.Requests + HookOnly.Requests + TelemetryOnly.Requests + NotCounted.Requests;
}

/// <summary>A port: who reported a user's requests. Telemetry knows nothing else about the ledger.</summary>
internal interface IRequestSources
{
    /// <summary>The most requests that are read.</summary>
    const int MaxRequests = 100_000;

    /// <summary>A user's newest requests within a time, in epoch milliseconds; nothing if the user is outside the data scope.</summary>
    Task<IReadOnlyList<RequestsBySource>> ReadAsync(string email, long from, long until, DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Used where there is no ledger.</summary>
internal sealed class NoRequestSources : IRequestSources
{
    public Task<IReadOnlyList<RequestsBySource>> ReadAsync(string email, long from, long until, DataScope allowed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RequestsBySource>>([]);
}
