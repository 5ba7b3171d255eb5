using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>What decides the price of a request besides its model: a bit field, stored by number. Requests of one class add up.</summary>
internal static class PriceClass
{
    public const int Over100k = 1;
    public const int Over200k = 2;

    private const int TermsShift = 2;
    private const RequestFlags Terms = RequestFlags.Fast | RequestFlags.UnitedStates | RequestFlags.Batch | RequestFlags.Priority;

    /// <summary>Every class is below this.</summary>
    public const int Count = 64;

    /// <param name="prompt">Input, cache reads and cache writes, in tokens.</param>
    /// <param name="flags">Only the terms of the answer count.</param>
    public static int Of(long prompt, RequestFlags flags) =>
        ((int)(flags & Terms) << TermsShift) | (prompt > 200_000 ? Over100k | Over200k : prompt > 100_000 ? Over100k : 0);

    public static RequestFlags TermsOf(int priceClass) => (RequestFlags)(priceClass >> TermsShift) & Terms;

    public static bool IsOver100k(int priceClass) => (priceClass & Over100k) != 0;

    public static bool IsOver200k(int priceClass) => (priceClass & Over200k) != 0;
}
