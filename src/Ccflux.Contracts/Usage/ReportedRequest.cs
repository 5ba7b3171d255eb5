using System.Runtime.InteropServices;

namespace Ccflux.Contracts.Usage;

/// <summary>One request of a batch: <c>[key, at, turn, model, flags, origin, input, output, cache_read, cache_write_5m, cache_write_1h, web_searches]</c>.
/// An array may be longer than its reader knows.</summary>
/// <param name="Key">A key of <see cref="LedgerKey"/>; 16 hexadecimal digits in JSON.</param>
/// <param name="At">When its earliest row was written, in epoch milliseconds.</param>
/// <param name="Turn">Place of the turn in <see cref="ReportedSession.Turns"/>; -1 if it is not known.</param>
/// <param name="Model">Place of the model in <see cref="RequestBatch.Models"/>.</param>
/// <param name="Flags">What else is known.</param>
/// <param name="Origin">What it was made for.</param>
/// <param name="Input">Tokens, as all that follow but the last.</param>
/// <param name="WebSearches">Searches within the request.</param>
[StructLayout(LayoutKind.Auto)]
[JsonConverter(typeof(ReportedRequestConverter))]
public readonly record struct ReportedRequest(
    long Key,
    long At,
    int Turn,
    int Model,
    RequestFlags Flags,
    RequestOrigin Origin,
    long Input,
    long Output,
    long CacheRead,
    long CacheWrite5m,
    long CacheWrite1h,
    int WebSearches);
