using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccflux.Receiver.Tests.Usage.Read;

public sealed class UsageFilterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 23, 30, 0, TimeSpan.FromHours(-2));

    [Theory]
    [InlineData("", "30d", "2026-10-23", "2026-11-21")]
    [InlineData("?period=today", "today", "2026-11-21", "2026-11-21")]
    [InlineData("?period=7d", "7d", "2026-11-15", "2026-11-21")]
    [InlineData("?period=custom&from=2026-11-01&to=2026-11-05", "custom", "2026-11-01", "2026-11-05")]
    [InlineData("?from=2026-11-01&to=2026-11-05", "custom", "2026-11-01", "2026-11-05")]
    [InlineData("?to=2026-11-05", "custom", "2026-10-07", "2026-11-05")]
    [InlineData("?period=7d&from=2026-01-01", "7d", "2026-11-15", "2026-11-21")]
    public void Filter_OfGoodValues_HasTheirDays(string query, string period, string from, string to)
    {
        var (filter, faults) = Parse(query);

        Assert.Empty(faults);
        Assert.Equal((period, Day(from), Day(to)), (filter.Period, filter.From, filter.To));
    }

    [Theory]
    [InlineData("?period=31d", "period", 30)]
    [InlineData("?period=", "period", 30)]
    [InlineData("?period=custom&from=yesterday", "from", 30)]
    [InlineData("?from=2026-13-01&to=2026-11-05", "from", 30)]
    [InlineData("?from=2026-11-06&to=2026-11-05", "from", 30)]
    [InlineData("?from=2001-01-01&to=2026-11-05", "from", 30)]
    [InlineData("?from=0001-01-01&to=0001-01-01", "from", 30)]
    [InlineData("?to=9999-12-31", "to", 30)]
    public void Filter_OfBadValues_FallsBackAndNamesTheField(string query, string field, int days)
    {
        var (filter, faults) = Parse(query);

        Assert.Contains(faults, fault => fault.Field == field);
        Assert.Equal(days, filter.Days);
        Assert.NotEqual(UsageFilter.Custom, filter.Period);
    }

    [Fact]
    public void Filter_OfNames_KeepsThem()
    {
        var (filter, faults) = Parse("?user=Amara.Okafor%40Example.org&division=R%26D&model=claude-sonnet-5%5B1m%5D");

        Assert.Empty(faults);
        Assert.Equal(("amara.okafor@example.org", "R&D", "claude-sonnet-5[1m]"), (filter.User, filter.Division, filter.Model));
    }

    [Fact]
    public void Filter_OfALongName_DropsIt()
    {
        var (filter, faults) = Parse("?model=" + new string('x', 300));

        Assert.Equal("model", Assert.Single(faults).Field);
        Assert.Null(filter.Model);
    }

    [Theory]
    [InlineData("?users.sort=-turns&users.page=3&users.size=10&users.q=am", "turns", true, 3, 10, "am", 0)]
    [InlineData("?users.sort=turns", "turns", false, 1, 25, "", 0)]
    [InlineData("?users.sort=password", "billed", true, 1, 25, "", 1)]
    [InlineData("?users.page=0&users.size=100000", "billed", true, 1, 25, "", 2)]
    [InlineData("?users.page=99999999999&users.view=open", "billed", true, 1, 25, "", 2)]
    [InlineData("?windows.page=2", "billed", true, 1, 25, "", 0)]
    public void TableState_OfAQuery_IsWithinItsBounds(string query, string sort, bool descending, int page, int size, string search, int faultCount)
    {
        var faults = new List<FilterFault>();

        var state = TableState.Parse(TableShape.Users, new QueryCollection(QueryHelpers.ParseQuery(query)), faults);

        Assert.Equal((sort, descending, page, size, search), (state.Sort, state.Descending, state.Page, state.Size, state.Search));
        Assert.Equal(faultCount, faults.Count);
    }

    private static (UsageFilter Filter, List<FilterFault> Faults) Parse(string query)
    {
        var faults = new List<FilterFault>();
        return (UsageFilter.Parse(new QueryCollection(QueryHelpers.ParseQuery(query)), OrganisationCalendar.Utc.DateOf(s_now), faults), faults);
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");
}
