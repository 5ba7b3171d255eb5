namespace Ccflux.Receiver.Shell.Components;

/// <summary>A table's current state and the URLs of its other sortings, views and pages. Field names are <c>name.sort</c>, <c>name.page</c>, ….</summary>
/// <param name="Sort">The key it is sorted by.</param>
/// <param name="Total">Rows on all pages.</param>
/// <param name="Anchor">The id of its panel, so that links without scripts return to the table.</param>
public sealed record TableNav(PageLink Link, string Name, string Anchor, string Sort, bool Descending, int Page, int Size, int Total, string Search, string View)
{
    public int Pages => Math.Max(1, (Total + Size - 1) / Size);

    public int First => Total == 0 ? 0 : ((Page - 1) * Size) + 1;

    public int Last => Math.Min(Total, Page * Size);

    public string SearchField => Name + ".q";

    /// <summary>The URL that sorts by <paramref name="key"/>: reversed if already sorted by it, otherwise in its default direction.</summary>
    public string SortBy(string key, bool descendingFirst)
    {
        var descending = string.Equals(key, Sort, StringComparison.Ordinal) ? !Descending : descendingFirst;
        return Link.With((Name + ".sort", (descending ? "-" : "") + key), (Name + ".page", null)) + Hash;
    }

    public string AtPage(int page) => Link.With((Name + ".page", page == 1 ? null : page.ToString(CultureInfo.InvariantCulture))) + Hash;

    public string AtView(string view) => Link.With((Name + ".view", view), (Name + ".page", null)) + Hash;

    public string WithoutSearch() => Link.With((SearchField, null), (Name + ".page", null)) + Hash;

    private string Hash => "#" + Anchor;
}
