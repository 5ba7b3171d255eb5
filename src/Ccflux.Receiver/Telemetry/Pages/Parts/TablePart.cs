using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>The requested part of a table: <c>users.sort=-cost&amp;users.page=2&amp;users.q=amara</c>.</summary>
public sealed record TablePart(string Name, string Sort, bool Descending, int Page, int Size, string Search)
{
    private const int MaxPage = 10_000;
    private const int MaxSearch = 254;

    /// <param name="query">The page's query string.</param>
    /// <param name="name">The table's name.</param>
    /// <param name="size">Rows per page.</param>
    /// <param name="columns">The sortable columns; the first is the default, largest first.</param>
    /// <param name="faults">Gets a fault for anything invalid, which then counts as not given.</param>
    internal static TablePart Parse(IQueryCollection query, string name, int size, IReadOnlyList<string> columns, ICollection<string> faults)
    {
        var part = new TablePart(name, columns[0], Descending: true, Page: 1, size, query[name + ".q"].ToString().Trim());
        if (part.Search.Length > MaxSearch)
        {
            faults.Add($"{name}.q: must not be longer than {MaxSearch} characters");
            part = part with { Search = "" };
        }

        if (query[name + ".sort"].ToString() is { Length: > 0 } sort)
        {
            if (columns.Contains(sort.TrimStart('-'), StringComparer.Ordinal))
            {
                part = part with { Sort = sort.TrimStart('-'), Descending = sort[0] == '-' };
            }
            else
            {
                faults.Add($"{name}.sort: must be one of {string.Join(", ", columns)}");
            }
        }

        if (query[name + ".page"].ToString() is { Length: > 0 } page)
        {
            if (int.TryParse(page, out var number) && number is >= 1 and <= MaxPage)
            {
                part = part with { Page = number };
            }
            else
            {
                faults.Add($"{name}.page: must be a number from 1 to {MaxPage}");
            }
        }

        return part;
    }

    /// <summary>The rows of this part; an export has all of them.</summary>
    internal IReadOnlyList<T> Of<T>(IReadOnlyList<T> rows, bool all) => all ? rows : [.. rows.Skip((Page - 1) * Size).Take(Size)];

    internal TableNav Nav(PageLink link, int total) => new(link, Name, Name, Sort, Descending, Page, Size, total, Search, "");
}

/// <summary>What the URL asks of the page's tables.</summary>
/// <param name="By">The label that people are grouped by; null: the first that anyone states.</param>
public sealed record TelemetryParts(TablePart Users, TablePart Calls, TablePart Agreement, TokenSplit Tokens, string? By)
{
    internal static TelemetryParts Parse(IQueryCollection query, LabelNames names, ICollection<string> faults) => new(
        TablePart.Parse(query, "users", 12, UsersTable.Columns, faults),
        TablePart.Parse(query, "calls", 20, ["at"], faults),
        TablePart.Parse(query, "agreement", 12, ["session"], faults),
        TokenSplits.Parse(query, faults),
        LabelQuery.By(query, names, faults));
}
