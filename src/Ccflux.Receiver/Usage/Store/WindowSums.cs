using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Token counts of sessions, windows and totals.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenSums(long Input, long Output, long CacheRead, long CacheWrite)
{
    public static TokenSums Of(in UsageSums sums) => new(sums.Input, sums.Output, sums.CacheRead, sums.CacheWrite);

    public static TokenSums Of(ReadOnlySpan<StoredEvent> events)
    {
        var total = default(TokenSums);
        foreach (ref readonly var each in events)
        {
            total = total.Plus(Of(each.Sums), 1);
        }

        return total;
    }

    public TokenSums Plus(in TokenSums other, int sign) => new(
        Saturating.Add(Input, sign * other.Input),
        Saturating.Add(Output, sign * other.Output),
        Saturating.Add(CacheRead, sign * other.CacheRead),
        Saturating.Add(CacheWrite, sign * other.CacheWrite));
}

/// <summary>The amounts to add to a window's row.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WindowSums
{
    public long Last { get; set; }

    public long Turns { get; set; }

    public long Sessions { get; set; }

    public TokenSums Tokens { get; set; }
}
