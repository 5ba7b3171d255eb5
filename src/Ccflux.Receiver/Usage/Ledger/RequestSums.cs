using System.Runtime.InteropServices;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>What adds up over requests. A figure of a request is at most <see cref="Contracts.Usage.ReportLimits.MaxRequestTokens"/>, so no sum that a database can hold overflows.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct RequestSums
{
    /// <summary>How many parameters <see cref="CopyTo"/> writes.</summary>
    public const int Parameters = 7;

    public long Requests;
    public long Input;
    public long Output;
    public long CacheRead;
    public long CacheWrite5m;
    public long CacheWrite1h;
    public long WebSearches;

    public readonly long CacheWrite => Saturating.Add(CacheWrite5m, CacheWrite1h);

    /// <param name="request">What to add.</param>
    /// <param name="sign">1 to add, -1 to subtract.</param>
    public void Add(in LedgerRequest request, int sign)
    {
        Requests += request.IsMetric ? 0 : sign;
        Input += sign * request.Input;
        Output += sign * request.Output;
        CacheRead += sign * request.CacheRead;
        CacheWrite5m += sign * request.CacheWrite5m;
        CacheWrite1h += sign * request.CacheWrite1h;
        WebSearches += sign * request.WebSearches;
    }

    public void Add(in RequestSums other)
    {
        Requests += other.Requests;
        Input = Saturating.Add(Input, other.Input);
        Output = Saturating.Add(Output, other.Output);
        CacheRead = Saturating.Add(CacheRead, other.CacheRead);
        CacheWrite5m = Saturating.Add(CacheWrite5m, other.CacheWrite5m);
        CacheWrite1h = Saturating.Add(CacheWrite1h, other.CacheWrite1h);
        WebSearches = Saturating.Add(WebSearches, other.WebSearches);
    }

    /// <summary>The sums as they are shown: one that is negative, which no requests make, counts as zero.</summary>
    public readonly RequestSums NonNegative() => new()
    {
        Requests = Math.Max(0, Requests),
        Input = Math.Max(0, Input),
        Output = Math.Max(0, Output),
        CacheRead = Math.Max(0, CacheRead),
        CacheWrite5m = Math.Max(0, CacheWrite5m),
        CacheWrite1h = Math.Max(0, CacheWrite1h),
        WebSearches = Math.Max(0, WebSearches),
    };

    /// <param name="rows">Has the sums in the order of the tables' columns.</param>
    /// <param name="first">The column of the requests.</param>
    public static RequestSums Read(Rows rows, int first) => new()
    {
        Requests = rows.Int64(first),
        Input = rows.Int64(first + 1),
        Output = rows.Int64(first + 2),
        CacheRead = rows.Int64(first + 3),
        CacheWrite5m = rows.Int64(first + 4),
        CacheWrite1h = rows.Int64(first + 5),
        WebSearches = rows.Int64(first + 6),
    };

    public readonly void CopyTo(Span<SqlParameter> parameters)
    {
        parameters[0] = ("requests", Requests);
        parameters[1] = ("input", Input);
        parameters[2] = ("output", Output);
        parameters[3] = ("cache_read", CacheRead);
        parameters[4] = ("cache_write_5m", CacheWrite5m);
        parameters[5] = ("cache_write_1h", CacheWrite1h);
        parameters[6] = ("web_searches", WebSearches);
    }
}
