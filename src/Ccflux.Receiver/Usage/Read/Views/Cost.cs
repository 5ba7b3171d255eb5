using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The list-price value of tokens in USD, and which models have no price.</summary>
/// <param name="Unpriced">Names of models without a price, in ordinal order, at most <see cref="MaxUnpriced"/> of them; null if every model has
/// one. Empty: the value was not calculated.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Cost(decimal Priced, bool HasPriced, IReadOnlyList<string>? Unpriced)
{
    /// <summary>Maximum number of models that are named.</summary>
    public const int MaxUnpriced = 20;

    public bool HasUnpriced => Unpriced is not null;

    /// <summary>The known value; null if nothing has a price. With <see cref="HasUnpriced"/> it is a lower bound.</summary>
    public decimal? Usd => HasPriced || !HasUnpriced ? Priced : null;

    public static Cost operator +(Cost a, Cost b) => new(a.Priced + b.Priced, a.HasPriced || b.HasPriced, Union(a.Unpriced, b.Unpriced));

    public bool Equals(Cost other) =>
        Priced == other.Priced && HasPriced == other.HasPriced && HasUnpriced == other.HasUnpriced
        && (Unpriced is null || Unpriced.SequenceEqual(other.Unpriced!, StringComparer.Ordinal));

    public override int GetHashCode() => HashCode.Combine(Priced, HasPriced, HasUnpriced);

    /// <summary>Merges both lists. Usually one contains the other, and nothing is allocated.</summary>
    internal static IReadOnlyList<string>? Union(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        b is null || ReferenceEquals(a, b) ? a
        : a is null ? b
        : Holds(a, b) ? a
        : Holds(b, a) ? b
        : [.. a.Union(b, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxUnpriced)];

    private static bool Holds(IReadOnlyList<string> all, IReadOnlyList<string> some) =>
        all.Count >= MaxUnpriced || some.All(name => all.Contains(name, StringComparer.Ordinal));
}
