using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Ranks tiers, which are numbered from the bottom: <c>Tier 4</c> ranks above <c>Tier 3</c>, and users without a tier come last.</summary>
internal static class TierOrder
{
    private const string Prefix = "Tier ";

    /// <returns>The tier's number, or -1 if there is none.</returns>
    public static int Rank(TierView tier) =>
        tier.Label.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(tier.Label.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;
}
