using Ccflux.Receiver.Composition;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>The page of one user compared with a count over turns and events.</summary>
public sealed class UserPageQueryTests
{
    [Theory]
    [InlineData("30d", 30, null)]
    [InlineData("90d", 90, null)]
    [InlineData("90d", 90, "claude-opus-5-5")]
    public async Task Page_OfOneUser_EqualsARecountFromFacts(string period, int days, string? model)
    {
        await using var history = await History.RandomAsync(seed: 31, users: 4, turns: 900);
        var today = DateOnly.FromDateTime(history.Time.GetUtcNow().UtcDateTime);
        var filter = new UsageFilter(period, today.AddDays(1 - days), today, History.Email(2), Model: model);

        var view = await ReadAsync(history, filter);

        Assert.NotNull(view);
        var facts = history.Facts.In(filter);
        var all = history.Facts.In(filter with { From = DateOnly.MinValue, To = DateOnly.MaxValue });
        HoldTotals(facts, view.Period, model);
        HoldTotals(all, view.AllTime, model);
        foreach (var row in view.Days.Rows)
        {
            var day = facts.In(filter with { From = row.Day, To = row.Day });
            Assert.Equal((day.Billed, day.Turns.Count, day.Cost), (row.Tokens.Billed, (int)row.Turns, row.Cost.Priced));
        }

        Assert.Equal(facts.Turns.Select(turn => turn.Date).Union(facts.Events.Select(each => each.Date)).Count(), view.Days.Total);
    }

    [Fact]
    public async Task Sessions_OfOneUser_HaveTheirCostAndModels()
    {
        await using var history = await History.RandomAsync(seed: 32, users: 3, turns: 700);
        var today = DateOnly.FromDateTime(history.Time.GetUtcNow().UtcDateTime);
        var filter = new UsageFilter("90d", today.AddDays(-89), today, History.Email(1));

        var view = await ReadAsync(history, filter);

        var facts = history.Facts.In(filter);
        var last = facts.Turns.Select(turn => (turn.Session, At: turn.LastAt)).Concat(facts.Events.Select(each => (each.Turn.Session, each.At)))
            .GroupBy(fact => fact.Session, fact => fact.At).ToDictionary(group => group.Key, group => group.Max());
        var sessions = facts.Turns.GroupBy(turn => turn.Session).OrderByDescending(group => last[group.Key]).ToList();
        Assert.Equal(sessions.Count, view!.Sessions.Total);
        foreach (var (row, turns) in view.Sessions.Rows.Zip(sessions))
        {
            var events = facts.Events.Where(each => each.Turn.Session == turns.Key).ToList();
            Assert.Equal((turns.Count(), last[turns.Key]), ((int)row.Turns, row.LastAt.ToUnixTimeMilliseconds()));
            Assert.Equal(events.Sum(each => each.Billed), row.Tokens.Billed);
            Assert.Equal(events.Sum(each => each.Cost ?? 0), row.Cost.Priced);
            Assert.Equal(events.Any(each => each.Cost is null), row.Cost.HasUnpriced);
            Assert.Equal(events.GroupBy(each => each.Model).ToDictionary(group => group.Key, group => group.Sum(each => each.Billed)), row.Models.ToDictionary(share => share.Model.Name, share => share.Billed));
        }
    }

    [Fact]
    public async Task Sessions_InHoursWithMoreRequestsThanAPageReads_AreShownWithoutACost()
    {
        await using var history = await History.RandomAsync(seed: 33, users: 1, turns: 60);
        var today = DateOnly.FromDateTime(history.Time.GetUtcNow().UtcDateTime);
        var filter = new UsageFilter("90d", today.AddDays(-89), today, History.Email(1));
        var before = (await ReadAsync(history, filter))!.Sessions.Rows;
        var hour = before[0].LastAt.ToUnixTimeMilliseconds() / UnixTime.Hour;

        await history.ExecuteAsync("UPDATE user_hours SET requests = @requests WHERE slot / 4 = @hour", ("requests", SessionsPanel.MaxPricedRequests + 1), ("hour", hour));
        var after = (await ReadAsync(history, filter))!.Sessions.Rows;
        var others = Enumerable.Range(0, before.Count).Where(i => before[i].LastAt.ToUnixTimeMilliseconds() / UnixTime.Hour < hour).ToList();

        Assert.Equal((null, true), (after[0].Cost.Usd, after[0].Cost.HasUnpriced));
        Assert.Equal(before[0].Tokens, after[0].Tokens);
        Assert.NotEmpty(others);
        Assert.Equal(others.Select(i => before[i].Cost), others.Select(i => after[i].Cost));
    }

    /// <summary>Without the hours SQLite goes through all requests of the user.</summary>
    [Fact]
    public async Task RequestsOfSessions_AreFoundByTheirHours()
    {
        await using var history = await History.EmptyAsync();
        using var connection = SqliteConnection.OpenReadOnly(history.Receiver.DatabasePath);

        var sessions = connection.List("EXPLAIN QUERY PLAN " + UsageReadSql.SessionModels, StepOfPlan, ("user", 1), ("hours", new[] { 1L, 2L }), ("sessions", Array.Empty<long>()));
        var totals = connection.List("EXPLAIN QUERY PLAN " + PortsSql.HookTotals, StepOfPlan, DataScope.Everybody.With(("email", ""), ("sessions", new[] { 1L, 2L })));

        Assert.Contains(sessions, step => step.Contains("(user_id=? AND hour=?)", StringComparison.Ordinal));
        Assert.Contains(totals, step => step.Contains("(user_id=? AND hour>? AND hour<?)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_OfNobody_IsNull()
    {
        await using var history = await History.EmptyAsync();

        Assert.Null(await ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())) with { User = "nobody@example.org" }));
    }

    [Fact]
    public async Task Page_OfAProvisionedUserWhoNeverReported_IsEmpty()
    {
        await using var history = await History.EmptyAsync();
        await history.ExecuteAsync("INSERT INTO refresh_tokens (token, email) VALUES ('sha256:x', 'new@example.org')");

        var view = await ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())) with { User = "new@example.org" });

        Assert.Equal(SeatStatus.NeverReported, view!.Seat.Status);
        Assert.Equal(0, view.AllTime.Turns);
        Assert.Empty(view.Sessions.Rows);
    }

    /// <summary>The plan's columns are id, parent, unused, detail.</summary>
    private static string StepOfPlan(Rows rows) => rows.Text(3);

    private static Task<UserPageView?> ReadAsync(History history, UsageFilter filter) => history.Receiver.Service<UserPageQuery>().ReadAsync(
        new UserPageRequest(
            filter.User!,
            filter,
            TableShape.Days.Initial with { Size = 1000 },
            TableShape.Windows.Initial with { Size = 1000 },
            TableShape.Sessions.Initial with { Size = 1000 },
            []),
        DataScope.Everybody,
        TestContext.Current.CancellationToken);

    private static void HoldTotals(Facts facts, UserTotals totals, string? model)
    {
        Assert.Equal(facts.Billed, totals.Tokens.Billed);
        Assert.Equal(facts.Cost, totals.Cost.Priced);
        Assert.Equal(facts.Turns.Count, totals.Turns);
        Assert.Equal(model is null ? facts.Sessions : null, totals.Sessions);
        Assert.Equal(model is null ? facts.Turns.Count(turn => turn.Outcome == "failed") : null, totals.Failed);
    }
}
