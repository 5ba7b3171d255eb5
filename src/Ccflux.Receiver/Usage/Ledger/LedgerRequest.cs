using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>One answered call to the model API, as far as its reports tell. <see cref="RequestMerge"/> makes one of several.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LedgerRequest
{
    /// <summary>A key of <see cref="LedgerKey"/>; unique for a user and subject.</summary>
    public required long Key { get; init; }

    /// <summary>See <see cref="RequestId.Subject"/>.</summary>
    public long Subject { get; init; }

    public RequestId Id => new(Key, Subject);

    /// <summary>Epoch milliseconds: the hook's earliest, or telemetry's if no hook reported it.</summary>
    public required long At { get; init; }

    /// <summary>All that reported it; one for a single report.</summary>
    public required RequestSources Sources { get; init; }

    /// <summary>Key of the session; 0 if it is not known.</summary>
    public long Session { get; init; }

    public SessionRank SessionRank { get; init; }

    /// <summary>Key of the turn; 0 if it is not known.</summary>
    public long Turn { get; init; }

    public RequestOrigin Origin { get; init; }

    /// <summary>As the API names it.</summary>
    public required string Model { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    public long CacheRead { get; init; }

    /// <summary>All cache writes if they are not known by lifetime.</summary>
    public long CacheWrite5m { get; init; }

    public long CacheWrite1h { get; init; }

    public int WebSearches { get; init; }

    /// <summary>Whose model and web searches these are.</summary>
    public RequestSources NamedBy { get; init; }

    /// <summary>Whose split of the cache writes by lifetime this is; none if nobody knows it.</summary>
    public RequestSources SplitBy { get; init; }

    /// <summary>The figures are final: no row of a running answer.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Fast, region and tier; other flags are not set.</summary>
    public RequestFlags Terms { get; init; }

    /// <summary>How long the answer took, in milliseconds. Only telemetry knows; null otherwise, as for all that follow.</summary>
    public long? Duration { get; init; }

    /// <summary>Until the first token, in milliseconds.</summary>
    public long? FirstToken { get; init; }

    /// <summary>What the client stated, in billionths of a US dollar.</summary>
    public long? StatedCost { get; init; }

    public long CacheWrite => CacheWrite5m + CacheWrite1h;

    /// <summary>What was sent to the model: the size that decides the price.</summary>
    public long Prompt => Input + CacheRead + CacheWrite;

    /// <summary>No request, but what metrics say of several: it counts as none, and says nothing about the size of a prompt.</summary>
    public bool IsMetric => Origin == RequestOrigin.Metrics;

    public int PriceClass => Ledger.PriceClass.Of(IsMetric ? 0 : Prompt, Terms);
}
