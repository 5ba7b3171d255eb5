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

    public readonly long CacheWrite => CacheWrite5m + CacheWrite1h;

    /// <param name="request">What to add.</param>
    /// <param name="sign">1 to add, -1 to subtract.</param>
    public void Add(in LedgerRequest request, int sign)
    {
        Requests += sign;
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
        Input += other.Input;
        Output += other.Output;
        CacheRead += other.CacheRead;
        CacheWrite5m += other.CacheWrite5m;
        CacheWrite1h += other.CacheWrite1h;
        WebSearches += other.WebSearches;
    }

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
