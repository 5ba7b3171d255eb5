using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Token sums, and the two figures derived from them everywhere.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenSums(long Input, long Output, long CacheRead, long CacheWrite)
{
    /// <summary>Input and output, without cache.</summary>
    public long Billed => Saturating.Add(Input, Output);

    /// <summary>Cache reads as a share (0 to 1) of everything that was read; null where nothing was.</summary>
    public double? CacheHit => (double)Input + CacheRead + CacheWrite is > 0 and var read ? CacheRead / read : null;

    public static TokenSums operator +(TokenSums a, TokenSums b) =>
        new(Saturating.Add(a.Input, b.Input), Saturating.Add(a.Output, b.Output), Saturating.Add(a.CacheRead, b.CacheRead), Saturating.Add(a.CacheWrite, b.CacheWrite));
}

/// <summary>USD at list prices, and whether some or all of the tokens have no price.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Cost(decimal Priced, bool HasPriced, bool HasUnpriced)
{
    /// <summary>What is known; null where nothing has a price. With <see cref="HasUnpriced"/> it is a lower bound.</summary>
    public decimal? Usd => HasPriced || !HasUnpriced ? Priced : null;

    public static Cost operator +(Cost a, Cost b) => new(a.Priced + b.Priced, a.HasPriced || b.HasPriced, a.HasUnpriced || b.HasUnpriced);
}
