using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Searches, sorts and pages a table's rows.</summary>
/// <param name="text">The searched text of a row.</param>
/// <param name="tie">Orders rows that are equal in the sorted column, so that pages never overlap.</param>
/// <param name="keys">A value for every column of the table's shape. Rows without one come last in both directions.</param>
internal sealed class TableOrder<T>(Func<T, string> text, Func<T, string> tie, IReadOnlyDictionary<string, Func<T, IComparable?>> keys)
{
    /// <summary>The rows that match the search.</summary>
    public List<T> Find(IEnumerable<T> rows, TableState state) => state.Search.Length == 0
        ? rows.ToList()
        : rows.Where(row => text(row).Contains(state.Search, StringComparison.OrdinalIgnoreCase)).ToList();

    public Paged<T> Page(IEnumerable<T> rows, TableState state)
    {
        var found = Find(rows, state);
        var last = Math.Max(1, (found.Count + state.Size - 1) / state.Size);
        var shown = state with { Page = Math.Min(state.Page, last) };
        return new Paged<T>([.. Sort(found, shown).Skip(shown.Offset).Take(shown.Size)], found.Count, shown);
    }

    private IOrderedEnumerable<T> Sort(List<T> rows, TableState state)
    {
        var key = keys[state.Sort];
        var nullsLast = rows.OrderBy(row => key(row) is null);
        var sorted = state.Descending ? nullsLast.ThenByDescending(key, ValueOrder.Instance) : nullsLast.ThenBy(key, ValueOrder.Instance);
        return sorted.ThenBy(tie, StringComparer.Ordinal);
    }

    /// <summary>Compares texts ignoring case and culture, and everything else in its own order.</summary>
    private sealed class ValueOrder : IComparer<IComparable?>
    {
        public static ValueOrder Instance { get; } = new();

        public int Compare(IComparable? x, IComparable? y) =>
            x is string a && y is string b ? string.Compare(a, b, StringComparison.OrdinalIgnoreCase) : Comparer<IComparable?>.Default.Compare(x, y);
    }
}
