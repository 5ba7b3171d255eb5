using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>Links to a panel's figures as CSV: the API route with the page's filter and the table's own sorting and search. No size is given, so
/// the file contains the whole table.</summary>
internal static class CsvLinks
{
    public static string Of(string route, UsageFilter filter) => $"/api/v1/{route}{UsageLinks.Query(filter)}&format=csv";

    public static string Of<T>(string route, UsageFilter filter, Paged<T> table)
    {
        var state = table.State;
        var fields = new PageLink("", []).With(
            ("sort", (state.Descending ? "-" : "") + state.Sort),
            ("q", state.Search),
            ("view", state.View));
        return Of(route, filter) + "&" + fields[1..];
    }
}
