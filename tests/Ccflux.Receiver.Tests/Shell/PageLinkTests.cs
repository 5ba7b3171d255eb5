using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Microsoft.AspNetCore.Http;

namespace Ccflux.Receiver.Tests.Shell;

public sealed class PageLinkTests
{
    private static PageLink Link(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = "/admin/";
        context.Request.QueryString = new QueryString(query);
        return PageLink.Of(context.Request);
    }

    [Fact]
    public void With_ChangedField_KeepsTheOthersAndDropsEmptyOnes()
    {
        var link = Link("?period=7d&user=&export=1&users.page=3");

        Assert.Equal("/admin/?users.page=3&period=30d", link.With(("period", "30d")));
        Assert.Equal("/admin/?period=7d", link.With(("users.page", null)));
    }

    [Fact]
    public void With_HostileValue_IsEscaped() =>
        Assert.Equal("/admin/?q=%22%3E%3Cscript%3E%26", Link("").With(("q", "\"><script>&")));

    [Fact]
    public void SortBy_CurrentColumn_TurnsOver()
    {
        var nav = new TableNav(Link("?users.page=2"), "users", "users", "billed", Descending: true, Page: 2, Size: 25, Total: 60, "", "");

        Assert.Equal("/admin/?users.sort=billed#users", nav.SortBy("billed", descendingFirst: true));
        Assert.Equal("/admin/?users.sort=-turns#users", nav.SortBy("turns", descendingFirst: true));
        Assert.Equal((26, 50, 3), (nav.First, nav.Last, nav.Pages));
    }
}
