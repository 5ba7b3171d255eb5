using System.Runtime.CompilerServices;
using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>The figures of an event that add up: messages, five token counts, and the same five for each part that has its own price
/// (over 100k, over 200k, fast), in the order in which the SQL of this folder names their columns.</summary>
[InlineArray(Count)]
internal struct UsageSums
{
    public const int Count = 21;
    private const int CountsPerPart = 5;

    private static readonly string[] s_columns =
    [
        "messages", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
        "over_100k_input_tokens", "over_100k_output_tokens", "over_100k_cache_read_tokens", "over_100k_cache_write_tokens", "over_100k_cache_write_1h_tokens",
        "over_200k_input_tokens", "over_200k_output_tokens", "over_200k_cache_read_tokens", "over_200k_cache_write_tokens", "over_200k_cache_write_1h_tokens",
        "fast_input_tokens", "fast_output_tokens", "fast_cache_read_tokens", "fast_cache_write_tokens", "fast_cache_write_1h_tokens",
    ];

    private long _first;

    public readonly long Messages => this[0];

    public readonly long Input => this[1];

    public readonly long Output => this[2];

    public readonly long CacheRead => this[3];

    public readonly long CacheWrite => this[4];

    public readonly TokenSums Tokens => new(Input, Output, CacheRead, CacheWrite);

    /// <summary>The sum by which a resent event is compared with the stored one.</summary>
    public readonly long AllTokens => Saturating.Add(Saturating.Add(Input, Output), Saturating.Add(CacheRead, CacheWrite));

    public static UsageSums Of(ModelUsage usage)
    {
        var sums = default(UsageSums);
        sums[0] = usage.Messages;
        sums[1] = usage.InputTokens;
        sums[2] = usage.OutputTokens;
        sums[3] = usage.CacheReadTokens;
        sums[4] = usage.CacheWriteTokens;
        sums[5] = usage.CacheWrite1hTokens;
        sums.SetPart(1, usage.Over100k);
        sums.SetPart(2, usage.Over200k);
        sums.SetPart(3, usage.Fast);
        return sums;
    }

    public void Add(in UsageSums other, int sign)
    {
        for (var i = 0; i < Count; i++)
        {
            this[i] = Saturating.Add(this[i], sign * other[i]);
        }
    }

    /// <summary>As the parameters <see cref="FactsSql.SumParameters"/>.</summary>
    public readonly void CopyTo(Span<SqlParameter> parameters)
    {
        for (var i = 0; i < Count; i++)
        {
            parameters[i] = (s_columns[i], this[i]);
        }
    }

    private void SetPart(int part, TokenCounts? counts)
    {
        if (counts is not null)
        {
            var at = 1 + (part * CountsPerPart);
            this[at] = counts.InputTokens;
            this[at + 1] = counts.OutputTokens;
            this[at + 2] = counts.CacheReadTokens;
            this[at + 3] = counts.CacheWriteTokens;
            this[at + 4] = counts.CacheWrite1hTokens;
        }
    }
}
