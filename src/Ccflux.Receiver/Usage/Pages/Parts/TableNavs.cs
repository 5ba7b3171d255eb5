using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

internal static class TableNavs
{
    /// <summary>The links of a table on this page.</summary>
    public static TableNav Nav<T>(this Paged<T> page, PageLink link, string? anchor = null) => new(
        link,
        page.State.Table.Name,
        anchor ?? page.State.Table.Name,
        page.State.Sort,
        page.State.Descending,
        page.State.Page,
        page.State.Size,
        page.Total,
        page.State.Search,
        page.State.View);
}
