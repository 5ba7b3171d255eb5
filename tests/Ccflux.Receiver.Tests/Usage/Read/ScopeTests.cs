using System.Text.Json.Serialization;
using System.Text.Json;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Usage within a data scope: what is left is exactly what the same filter leaves of everybody's.</summary>
public sealed class ScopeTests
{
    // A table's shape has its initial state, which has the shape.
    private static readonly JsonSerializerOptions s_json = new() { ReferenceHandler = ReferenceHandler.IgnoreCycles };

    [Theory]
    [InlineData("Data", null)]
    [InlineData("Platform", null)]
    [InlineData("Data", "claude-sonnet-5")]
    public async Task Page_OfADivision_IsThePageFilteredByIt(string division, string? model)
    {
        await using var history = await History.RandomAsync(seed: 61, turns: 400);
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())) with { Model = model };

        var scoped = await ReadAsync(history, filter, DataScope.OfDivisions(division));
        var filtered = await ReadAsync(history, filter with { Division = division }, DataScope.Everybody);

        HoldSameFigures(filtered, scoped);
        Assert.Empty(scoped.Faults);
        Assert.Equal([division], scoped.Choices.Divisions);
        Assert.All(scoped.Choices.Users.Concat(scoped.Seats.Page.Rows.Select(row => row.User)), user => Assert.Equal(division, user.Division));
        Assert.Empty(scoped.Audit.Rows);
    }

    [Fact]
    public async Task Page_OfOneUser_IsThePageFilteredByThem()
    {
        await using var history = await History.RandomAsync(seed: 62, turns: 400);
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow()));

        var scoped = await ReadAsync(history, filter, DataScope.OfUser(3));

        HoldSameFigures(await ReadAsync(history, filter with { User = History.Email(3) }, DataScope.Everybody), scoped);
        Assert.Equal([History.Email(3)], scoped.Choices.Users.Select(user => user.Email));
    }

    [Fact]
    public async Task Filter_ThatNamesSomebodyOutsideTheScope_IsUnknownAndLeavesTheScope()
    {
        await using var history = await History.RandomAsync(seed: 63, turns: 200);
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow()));
        var allowed = DataScope.OfDivisions("Data");
        var whole = await ReadAsync(history, filter, allowed);
        var outsider = history.Facts.Turns.First(turn => turn.Division == "Platform").Email;

        foreach (var other in new[] { filter with { User = outsider }, filter with { Division = "Platform" }, filter with { User = "nobody@example.org" } })
        {
            var view = await ReadAsync(history, other, allowed);

            Assert.Equal("is unknown", Assert.Single(view.Faults).Message);
            HoldSameFigures(whole, view);
        }

        // Users without a division are in no division's scope.
        Assert.Equal(0, (await ReadAsync(history, filter with { Division = UsageFilter.NoDivision }, allowed)).UsersTotal.Turns);
    }

    [Fact]
    public async Task UserPage_OutsideTheScope_IsThatOfNobody()
    {
        await using var history = await History.RandomAsync(seed: 64, turns: 200);
        var query = history.Receiver.Service<UserPageQuery>();
        Task<UserPageView?> ReadAsync(long user, DataScope allowed) => query.ReadAsync(
            UserPageRequest.Parse(History.Email(user), new Microsoft.AspNetCore.Http.QueryCollection(), OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())), allowed, TestContext.Current.CancellationToken);

        var own = await ReadAsync(1, DataScope.OfUser(1));

        Assert.Equal(Json(await ReadAsync(1, DataScope.Everybody)), Json(own));
        Assert.Null(await ReadAsync(2, DataScope.OfUser(1)));
        Assert.Null(await ReadAsync(2, DataScope.Nobody));
    }

    [Fact]
    public async Task Events_OfAFile_AreThoseOfTheScope()
    {
        await using var history = await History.RandomAsync(seed: 65, turns: 300);
        var tables = history.Receiver.Service<LongTables>();
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow()));

        var table = await tables.EventsAsync(filter, DataScope.OfDivisions("Data"), TestContext.Current.CancellationToken);
        var rows = await table.Rows.ToListAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(rows);
        Assert.Equal(history.Facts.In(filter with { From = DateOnly.MinValue, Division = "Data" }).Events.Count, rows.Count);
        Assert.All(rows, row => Assert.Equal("Data", row.User.Division));
        Assert.Empty(await tables.Audit(DataScope.OfDivisions("Data")).Rows.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await tables.SessionsAsync(History.Email(1), filter, TableShape.Sessions.Initial, DataScope.OfUser(2), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    private static Task<UsagePageView> ReadAsync(History history, UsageFilter filter, DataScope allowed) =>
        history.Receiver.Service<UsagePageQuery>().ReadAsync(UsagePageRequest.Whole(filter), allowed, TestContext.Current.CancellationToken);

    private static void HoldSameFigures(UsagePageView expected, UsagePageView actual)
    {
        Assert.NotEmpty(expected.Users.Rows);
        // When the history began is that of everybody who may be read, whatever the filter is.
        Assert.Equal(Json(expected.Cards with { PriorIsWhole = true }), Json(actual.Cards with { PriorIsWhole = true }));
        Assert.Equal(Json(expected.Daily with { FirstDay = null }), Json(actual.Daily with { FirstDay = null }));
        Assert.Equal(Json(expected.UserBars), Json(actual.UserBars));
        Assert.Equal(Json(expected.ModelBars), Json(actual.ModelBars));
        Assert.Equal(Json(expected.Divisions), Json(actual.Divisions));
        Assert.Equal(Json(expected.Peaks), Json(actual.Peaks));
        Assert.Equal(Json(expected.Users), Json(actual.Users));
        Assert.Equal(Json(expected.UsersTotal), Json(actual.UsersTotal));
        Assert.Equal(Json(expected.Models), Json(actual.Models));
        Assert.Equal(Json(expected.Windows), Json(actual.Windows));
        Assert.Equal(Json(expected.Devices), Json(actual.Devices));
        Assert.Equal(Json(expected.Events), Json(actual.Events));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, s_json);
}
