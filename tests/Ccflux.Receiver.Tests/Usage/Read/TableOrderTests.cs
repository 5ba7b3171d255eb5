using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Sorting, searching and paging, over the page's own tables.</summary>
public sealed class TableOrderTests
{
    [Fact]
    public async Task Tables_InEverySortAndDirection_HoldTheSameRowsOnPagesThatDoNotOverlap()
    {
        await using var history = await History.RandomAsync(seed: 21, users: 9, turns: 400);
        var whole = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));
        var everyone = whole.Users.Rows.Select(row => row.User.Email).Order(StringComparer.Ordinal);
        var windows = whole.Windows.Page.Rows.Select(row => (row.User.Email, row.StartedAt)).Order();

        foreach (var descending in new[] { false, true })
        {
            foreach (var column in TableShape.Users.Columns)
            {
                var rows = await PagesAsync(history, request => request with { Users = TableShape.Users.Initial with { Sort = column, Descending = descending, Size = 4 } }, view => view.Users);
                Assert.Equal(everyone, rows.Select(row => row.User.Email).Order(StringComparer.Ordinal));
            }

            foreach (var column in TableShape.Windows.Columns)
            {
                var rows = await PagesAsync(history, request => request with { Windows = TableShape.Windows.Initial with { Sort = column, Descending = descending, Size = 10 } }, view => view.Windows.Page);
                Assert.Equal(windows, rows.Select(row => (row.User.Email, row.StartedAt)).Order());
            }
        }
    }

    [Fact]
    public async Task Users_SortedByBilled_StandInThatOrder()
    {
        await using var history = await History.RandomAsync(seed: 22, turns: 200);

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.Equal(view.Users.Rows.Select(row => row.Tokens.Billed).OrderDescending(), view.Users.Rows.Select(row => row.Tokens.Billed));
    }

    [Fact]
    public async Task Users_Searched_AreThoseThatMatchAnAddressOrDivision()
    {
        await using var history = await History.RandomAsync(seed: 22, turns: 200);
        var request = UsagePageRequest.Whole(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        var view = await history.Receiver.Service<UsagePageQuery>().ReadAsync(
            request with { Users = request.Users with { Search = "DATA" } }, DataScope.Everybody, TestContext.Current.CancellationToken);

        Assert.NotEmpty(view.Users.Rows);
        Assert.All(view.Users.Rows, row => Assert.Equal("Data", row.User.Division));
        Assert.Equal(view.Users.Total, view.UsersTotal.Users);
        Assert.True(view.UsersTotal.Active > view.Users.Total);
    }

    [Fact]
    public async Task Table_PagedBeyondItsEnd_ShowsTheLastPage()
    {
        await using var history = await History.RandomAsync(seed: 22, users: 7, turns: 200);
        var request = UsagePageRequest.Whole(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        var view = await history.Receiver.Service<UsagePageQuery>().ReadAsync(
            request with { Users = request.Users with { Size = 5, Page = 900 } }, DataScope.Everybody, TestContext.Current.CancellationToken);

        Assert.Equal(2, view.Users.State.Page);
        Assert.Equal(2, view.Users.Rows.Count);
    }

    private static async Task<List<T>> PagesAsync<T>(
        History history, Func<UsagePageRequest, UsagePageRequest> with, Func<Ccflux.Receiver.Usage.Read.Views.UsagePageView, Paged<T>> table)
    {
        var query = history.Receiver.Service<UsagePageQuery>();
        var request = with(UsagePageRequest.Whole(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow()))));
        var rows = new List<T>();
        for (var page = 1; ; page++)
        {
            var number = page;
            var paged = request with
            {
                Users = request.Users with { Page = number },
                Windows = request.Windows with { Page = number },
            };
            var answer = table(await query.ReadAsync(paged, DataScope.Everybody, TestContext.Current.CancellationToken));
            if (answer.State.Page < page)
            {
                return rows;
            }

            rows.AddRange(answer.Rows);
        }
    }
}
