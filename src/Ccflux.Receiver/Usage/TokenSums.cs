using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage;

/// <summary>Token sums, and the two figures derived from them.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenSums(long Input, long Output, long CacheRead, long CacheWrite)
{
    /// <summary>Input and output, without cache.</summary>
    public long Billed => Saturating.Add(Input, Output);

    /// <summary>Cache reads as a share (0 to 1) of everything that was read; null if nothing was.</summary>
    public double? CacheHit => (double)Input + CacheRead + CacheWrite is > 0 and var read ? CacheRead / read : null;

    public static TokenSums operator +(TokenSums a, TokenSums b) => a.Plus(b, 1);

    /// <summary>Adds or removes the other sums.</summary>
    /// <param name="sign">1 to add, -1 to remove.</param>
    public TokenSums Plus(in TokenSums other, int sign) => new(
        Saturating.Add(Input, sign * other.Input),
        Saturating.Add(Output, sign * other.Output),
        Saturating.Add(CacheRead, sign * other.CacheRead),
        Saturating.Add(CacheWrite, sign * other.CacheWrite));
}
