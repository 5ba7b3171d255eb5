namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>What the page's URL asks for. Invalid parts are reported, and the default is shown.</summary>
/// <param name="Account">The only account whose card is shown; null for all.</param>
/// <param name="Sort">A key of <see cref="AccountTable"/>.</param>
public sealed record QuotaPageRequest(QuotaRange Range, QuotaAccountId? Account, int CardsPage, string Sort, bool Descending, string Search, int RowsPage)
{
    public const string Cards = "cards";
    public const string Accounts = "accounts";

    private const int MaxPage = 1000;
    private const int MaxSearch = 254;

    public static QuotaPageRequest Parse(IQueryCollection query, ICollection<string> faults)
    {
        var range = Read(query, "range");
        var known = QuotaRange.All.FirstOrDefault(one => string.Equals(one.Name, range, StringComparison.Ordinal));
        if (range.Length > 0 && known is null)
        {
            faults.Add($"range must be one of {string.Join(", ", QuotaRange.All.Select(one => one.Name))}.");
        }

        var account = Read(query, "account");
        var isId = long.TryParse(account, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        if (account.Length > 0 && !isId)
        {
            faults.Add("account must be a number.");
        }

        var sort = Read(query, Accounts + ".sort");
        var isSort = AccountTable.Keys.ContainsKey(sort.TrimStart('-'));
        if (sort.Length > 0 && !isSort)
        {
            faults.Add($"{Accounts}.sort must be one of {string.Join(", ", AccountTable.Keys.Keys)}.");
        }

        var search = Read(query, Accounts + ".q").Trim();
        return new QuotaPageRequest(
            known ?? QuotaRange.Default,
            isId ? new QuotaAccountId(id) : null,
            Page(query, Cards + ".page", faults),
            isSort ? sort.TrimStart('-') : AccountTable.Blocked,
            isSort && sort[0] == '-',
            search.Length > MaxSearch ? search[..MaxSearch] : search,
            Page(query, Accounts + ".page", faults));
    }

    private static int Page(IQueryCollection query, string field, ICollection<string> faults)
    {
        var text = Read(query, field);
        if (text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is >= 1 and <= MaxPage))
        {
            return text.Length == 0 ? 1 : int.Parse(text, CultureInfo.InvariantCulture);
        }

        faults.Add($"{field} must be a number from 1 to {MaxPage}.");
        return 1;
    }

    private static string Read(IQueryCollection query, string field) => query[field] is { Count: > 0 } values ? values[^1] ?? "" : "";
}
