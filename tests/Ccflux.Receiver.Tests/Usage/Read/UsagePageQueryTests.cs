using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Every figure of the page compared with a count over turns and events.</summary>
public sealed class UsagePageQueryTests
{
    public static TheoryData<string, string?, string?, string?> Filters { get; } = new()
    {
        { "30d", null, null, null },
        { "today", null, null, null },
        { "7d", null, null, null },
        { "90d", null, null, null },
        { "30d", History.Email(1), null, null },
        { "30d", null, "Data", null },
        { "90d", null, UsageFilter.NoDivision, null },
        { "30d", null, null, "claude-sonnet-5" },
        { "90d", History.Email(2), null, "claude-sonnet-5[1m]" },
        { "30d", History.Email(4), "Platform", null },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Page_OfARandomHistory_EqualsARecountFromFacts(string period, string? user, string? division, string? model)
    {
        await using var history = await History.RandomAsync(seed: 11);
        var days = UsageFilter.Periods.Single(known => known.Name == period).Days;
        var today = DateOnly.FromDateTime(history.Time.GetUtcNow().UtcDateTime);
        var filter = new UsageFilter(period, today.AddDays(1 - days), today, user, division, model);

        var view = await ReadAsync(history, filter);

        Assert.Empty(view.Faults);
        var all = history.Facts;
        HoldCards(view, all, filter, history.Time.GetUtcNow());
        HoldHours(view, all, filter, history.Time.GetUtcNow());
        HoldPeriod(view, all.In(filter), filter);
        HoldModels(view, all.In(filter with { From = DateOnly.MinValue, To = DateOnly.MaxValue }));
        HoldWindows(view, all, filter, history.Time.GetUtcNow());
    }

    [Fact]
    public async Task Page_AfterALateTurnOfAPastDay_ShowsIt()
    {
        await using var history = await History.RandomAsync(seed: 5, turns: 300);
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow()));
        var before = await ReadAsync(history, filter);

        await history.StoreAsync(3, History.Turn("late", 0, history.Time.GetUtcNow().AddDays(-20), (History.Models[0], History.Usage(1000, 500))));
        var after = await ReadAsync(history, filter);

        Assert.Equal(before.UsersTotal.Tokens.Billed + 1500, after.UsersTotal.Tokens.Billed);
        Assert.Equal(before.UsersTotal.Turns + 1, after.UsersTotal.Turns);
        Assert.Equal(before.UsersTotal.Sessions + 1, after.UsersTotal.Sessions);
        Assert.Equal(before.ModelsTotal.Cost.Usd + (1000 * 4m / 1_000_000) + (500 * 20m / 1_000_000), after.ModelsTotal.Cost.Usd);
        HoldPeriod(after, history.Facts.In(filter), filter);
    }

    [Theory]
    [InlineData("today", 1)]
    [InlineData("7d", 7)]
    public async Task Cards_OfAPeriodThatGoesOn_AreComparedWithTheSameHours(string period, int days)
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);
        var now = history.Time.GetUtcNow();
        await history.StoreAsync(
            1,
            History.Turn("old", 0, now.AddDays(-3 * days), (History.Models[0], History.Usage(1, 1))),
            History.Turn("s", 0, now.AddDays(-days).AddMilliseconds(-1), (History.Models[0], History.Usage(100, 1))),
            History.Turn("s", 1, now.AddDays(-days), (History.Models[0], History.Usage(1000, 1))),
            History.Turn("s", 2, now.AddHours(-1), (History.Models[0], History.Usage(150, 1))));

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var cards = (await ReadAsync(history, new UsageFilter(period, today.AddDays(1 - days), today))).Cards;

        Assert.Equal((150L, 100L, 0.5), (cards.Input.Period, cards.Input.Prior, cards.Input.Change));
        Assert.Equal((1L, 1L), (cards.Sessions.Prior, cards.Turns.Prior));
        Assert.Equal(now.AddDays(-days), cards.PriorUntil);
        Assert.True(cards.PriorIsWhole);
    }

    [Fact]
    public async Task Cards_OfAPeriodThatHasEnded_AreComparedWithAllOfTheOneBefore()
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);
        var now = history.Time.GetUtcNow();
        await history.StoreAsync(
            1,
            History.Turn("s", 0, now.AddDays(-2).AddHours(11), (History.Models[0], History.Usage(1000, 1))),
            History.Turn("s", 1, now.AddDays(-1), (History.Models[0], History.Usage(500, 1))));

        var yesterday = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1);
        var cards = (await ReadAsync(history, new UsageFilter(UsageFilter.Custom, yesterday, yesterday))).Cards;

        Assert.Equal((500L, 1000L, null), (cards.Input.Period, cards.Input.Prior, cards.PriorUntil));
    }

    [Fact]
    public async Task Users_UnderASearch_AreTotalledAlone()
    {
        await using var history = await History.RandomAsync(seed: 21, turns: 300);
        var request = UsagePageRequest.Whole(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));
        var everybody = await history.Receiver.Service<UsagePageQuery>().ReadAsync(request, DataScope.Everybody, TestContext.Current.CancellationToken);

        var view = await history.Receiver.Service<UsagePageQuery>().ReadAsync(
            request with { Users = request.Users with { Search = "data" }, Models = request.Models with { Search = "opus" } }, DataScope.Everybody, TestContext.Current.CancellationToken);

        Assert.Equal((view.Users.Rows.Count, everybody.Users.Total), (view.UsersTotal.Users, view.UsersTotal.Active));
        Assert.InRange(view.UsersTotal.Users, 1, everybody.Users.Total - 1);
        Assert.Equal(view.Users.Rows.Sum(row => row.Tokens.Billed), view.UsersTotal.Tokens.Billed);
        Assert.Equal(view.Users.Rows.Sum(row => row.Sessions), view.UsersTotal.Sessions);
        Assert.Equal(view.Users.Rows.Sum(row => row.Turns), view.UsersTotal.Turns);
        Assert.Equal(view.Users.Rows.Sum(row => row.Failed), view.UsersTotal.Failed);
        Assert.Equal(view.Users.Rows.Sum(row => row.Cost.Priced), view.UsersTotal.Cost.Priced);
        Assert.Equal(view.Models.Rows.Sum(row => row.Tokens.Billed), view.ModelsTotal.Tokens.Billed);
        Assert.True(view.ModelsTotal.Turns < everybody.ModelsTotal.Turns);
    }

    [Fact]
    public async Task Page_OfAnEmptyDatabase_IsEmptyAndWhole()
    {
        await using var history = await History.EmptyAsync();

        var view = await ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.True(view.IsEmpty);
        Assert.Equal(30, view.Daily.Days.Count);
        Assert.Null(view.Cards.CacheHit.Total);
        Assert.Null(view.Cards.Turns.Change);
        Assert.Equal(0m, view.Cards.Cost.Total.Usd);
        Assert.Empty(view.WorthALook);
    }

    [Fact]
    public async Task Page_WithNamesNobodyKnows_FallsBackAndSaysSo()
    {
        await using var history = await History.RandomAsync(seed: 3, turns: 50);
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())) with { User = "nobody@example.org", Division = "Nowhere", Model = "no-model" };

        var view = await ReadAsync(history, filter);

        Assert.Equal(["user", "division", "model"], view.Faults.Select(fault => fault.Field));
        Assert.False(view.Request.Filter.IsNarrowed);
        Assert.Equal(history.Facts.In(view.Request.Filter).Turns.Count, view.UsersTotal.Turns);
    }

    [Fact]
    public async Task Models_KeepTheirColourByFirstSight()
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);
        for (var i = 0; i < History.Models.Length; i++)
        {
            await history.StoreAsync(1, History.Turn("s", i, history.Time.GetUtcNow().AddMinutes(i - 60), (History.Models[i], History.Usage(i + 1, 1))));
            history.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var view = await ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.Equal(History.Models, view.Choices.Models.Select(model => model.Name));
        Assert.Equal([1, 2, 3, 4, 6, 8, 0], view.Choices.Models.Select(model => model.Colour));
    }

    internal static Task<UsagePageView> ReadAsync(History history, UsageFilter filter) =>
        history.Receiver.Service<UsagePageQuery>().ReadAsync(UsagePageRequest.Whole(filter), DataScope.Everybody, TestContext.Current.CancellationToken);

    /// <summary>The cards follow the filter; the previous period counts only as far as this period has got.</summary>
    private static void HoldCards(UsagePageView view, Facts facts, UsageFilter filter, DateTimeOffset now)
    {
        var ever = facts.In(filter with { From = DateOnly.MinValue, To = DateOnly.MaxValue });
        var period = facts.In(filter);
        var prior = facts.In(filter with { From = filter.From.AddDays(-filter.Days), To = filter.From.AddDays(-1) }).Until(now.AddDays(-filter.Days));
        var byModel = filter.Model is not null;
        var cards = view.Cards;

        Assert.Equal(Users(ever), cards.Users.Total);
        Assert.Equal(Users(period), cards.Users.Period);
        Assert.Equal(Users(prior), cards.Users.Prior);
        Assert.Equal(byModel ? null : ever.Turns.GroupBy(turn => turn.User).Count(group => First(group) >= filter.From && First(group) <= filter.To), cards.NewUsers);
        Assert.Equal(byModel ? null : Sessions(ever), cards.Sessions.Total);
        Assert.Equal(byModel ? null : Sessions(period), cards.Sessions.Period);
        Assert.Equal(byModel ? null : Sessions(prior), cards.Sessions.Prior);
        Assert.Equal(ever.Turns.Count, cards.Turns.Total);
        Assert.Equal(period.Turns.Count, cards.Turns.Period);
        Assert.Equal(prior.Turns.Count, cards.Turns.Prior);
        Assert.Equal(period.Events.Count, cards.Events.Period);
        Assert.Equal(ever.Events.Count, cards.Events.Total);
        Assert.Equal(byModel ? null : period.Turns.Count(turn => turn.Outcome == "failed"), cards.FailedTurns.Period);
        Assert.Equal(byModel ? null : prior.Turns.Count(turn => turn.Outcome == "failed"), cards.FailedTurns.Prior);
        Assert.Equal(ever.Events.Sum(each => each.Input), cards.Input.Total);
        Assert.Equal(period.Events.Sum(each => each.Input), cards.Input.Period);
        Assert.Equal(prior.Events.Sum(each => each.Input), cards.Input.Prior);
        Assert.Equal(ever.Events.Sum(each => each.Output), cards.Output.Total);
        Assert.Equal(period.Events.Sum(each => each.Output), cards.Output.Period);
        Assert.Equal(CacheHit(ever), cards.CacheHit.Total);
        Assert.Equal(CacheHit(period), cards.CacheHit.Period);
        Assert.Equal(CacheHit(prior), cards.CacheHit.Prior);
        Assert.Equal(ever.Cost, cards.Cost.Total.Priced);
        Assert.Equal(period.Cost, cards.Cost.Period.Priced);
        Assert.Equal(prior.Cost, cards.Cost.Prior.Priced);
        Assert.Equal(Unpriced(period), cards.Cost.Period.Unpriced ?? []);
        Assert.Equal(now.AddDays(-filter.Days), cards.PriorUntil);
        for (var i = 0; i < filter.Days; i++)
        {
            var day = facts.In(filter with { From = filter.From.AddDays(i), To = filter.From.AddDays(i) });
            Assert.Equal(day.Turns.Count, cards.Turns.Daily[i]);
            Assert.Equal(Users(day), cards.Users.Daily[i]);
            Assert.Equal(day.Cost, cards.Cost.Daily[i]);
            if (!byModel)
            {
                Assert.Equal(Sessions(day), cards.Sessions.Daily[i]);
            }
        }
    }

    private static void HoldHours(UsagePageView view, Facts facts, UsageFilter filter, DateTimeOffset now)
    {
        if (filter.Days > 2)
        {
            Assert.Null(view.Daily.Hours);
            return;
        }

        long Billed(DateTimeOffset hour, string? model = null) => facts.In(filter with { From = DateOnly.MinValue, To = DateOnly.MaxValue }).Events
            .Where(each => (model is null || each.Model == model) && each.At >= hour.ToUnixTimeMilliseconds() && each.At < hour.AddHours(1).ToUnixTimeMilliseconds())
            .Sum(each => each.Billed);

        var hours = view.Daily.Hours!;
        Assert.Equal((now.Hour + 1, true), (hours.Hours.Count, hours.IsRunning));
        Assert.All(hours.Models, series => Assert.Equal(hours.Hours.Select(hour => Billed(hour, series.Model.Name)), series.Daily));
        Assert.Equal(facts.In(filter).Billed, hours.Models.Sum(series => series.Billed));
        Assert.Equal(hours.Hours.Select(hour => Billed(hour.AddDays(-filter.Days))), hours.Prior);
    }

    private static void HoldPeriod(UsagePageView view, Facts facts, UsageFilter filter)
    {
        for (var i = 0; i < filter.Days; i++)
        {
            var day = facts.In(filter with { From = filter.From.AddDays(i), To = filter.From.AddDays(i) });
            Assert.Equal(day.Billed, view.Daily.Total[i]);
            Assert.All(view.Daily.Models, series => Assert.Equal(day.Events.Where(each => each.Model == series.Model.Name).Sum(each => each.Billed), series.Daily[i]));
        }

        Assert.Equal(facts.Turns.Select(turn => turn.User).Distinct().Count(), view.Users.Total);
        Assert.All(view.Users.Rows, row => HoldUser(row, facts.In(filter with { User = row.User.Email }), filter));
        Assert.Equal(facts.Billed, view.UsersTotal.Tokens.Billed);
        Assert.Equal(facts.Cost, view.UsersTotal.Cost.Priced);
        Assert.Equal(filter.Model is null ? Sessions(facts) : null, view.UsersTotal.Sessions);
        Assert.Equal(facts.Turns.Count, view.UsersTotal.Turns);
        Assert.All(view.UserBars, bar => Assert.Equal(facts.In(filter with { User = bar.User.Email }).Billed, bar.Billed));
        Assert.All(view.UserBars, bar => Assert.Equal(bar.Billed, bar.Models.Sum(part => part.Billed)));
        Assert.All(view.ModelBars, bar => Assert.Equal(facts.Events.Where(each => each.Model == bar.Model.Name).Sum(each => each.Billed), bar.Billed));
        Assert.Equal(facts.Billed, view.ModelBars.Sum(bar => bar.Billed));
        Assert.All(view.Divisions, bar => Assert.Equal(facts.Events.Where(each => each.Turn.Division == bar.Name).Sum(each => each.Billed), bar.Tokens.Billed));
        Assert.Equal(facts.Billed, view.Divisions.Sum(bar => bar.Tokens.Billed));
    }

    private static void HoldUser(UserUsageRow row, Facts facts, UsageFilter filter)
    {
        Assert.Equal(
            new TokenSums(facts.Events.Sum(each => each.Input), facts.Events.Sum(each => each.Output), facts.Events.Sum(each => each.Read), facts.Events.Sum(each => each.Write)),
            row.Tokens);
        Assert.Equal(facts.Turns.Count, row.Turns);
        Assert.Equal(facts.Events.Sum(each => each.Messages), row.Messages);
        Assert.Equal(facts.Cost, row.Cost.Priced);
        Assert.Equal(facts.Events.Any(each => each.Cost is null), row.Cost.HasUnpriced);
        Assert.Equal(filter.Model is null ? Sessions(facts) : null, row.Sessions);
        Assert.Equal(filter.Model is null ? facts.Turns.Count(turn => turn.Outcome == "failed") : null, row.Failed);
    }

    private static void HoldModels(UsagePageView view, Facts facts)
    {
        Assert.Equal(facts.Events.Select(each => each.Model).Distinct().Count(), view.Models.Total);
        foreach (var row in view.Models.Rows)
        {
            var own = facts.Events.Where(each => each.Model == row.Model.Name).ToList();
            Assert.Equal(new TokenSums(own.Sum(each => each.Input), own.Sum(each => each.Output), own.Sum(each => each.Read), own.Sum(each => each.Write)), row.Tokens);
            Assert.Equal(own.Count, row.Turns);
            Assert.Equal(own.Select(each => each.Turn.User).Distinct().Count(), row.Users);
            Assert.Equal(own.Any(each => each.Cost is null) ? null : own.Sum(each => each.Cost), row.Cost.Usd);
        }

        Assert.Equal(facts.Cost, view.ModelsTotal.Cost.Priced);
    }

    private static void HoldWindows(UsagePageView view, Facts all, UsageFilter filter, DateTimeOffset now)
    {
        var users = filter with { From = DateOnly.MinValue, To = DateOnly.MaxValue, Model = null };
        var windows = all.In(users).Windows();
        var listed = windows.Where(window => window.Start >= now.AddDays(-7).ToUnixTimeMilliseconds()).ToDictionary(window => (window.Email, window.Start));
        Assert.Equal(listed.Count, view.Windows.Page.Total);
        foreach (var row in view.Windows.Page.Rows)
        {
            var window = listed[(row.User.Email, row.StartedAt.ToUnixTimeMilliseconds())];
            Assert.Equal((window.Billed, window.Turns, window.Sessions.Count, window.Last), (row.Tokens.Billed, row.Turns, row.Sessions, row.LastAt.ToUnixTimeMilliseconds()));
            Assert.Equal(now.ToUnixTimeMilliseconds() - window.Start < 5 * 3_600_000, row.IsOpen);
        }

        var begun = windows.Where(window => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(window.Start).UtcDateTime) is var day && day >= filter.From && day <= filter.To).ToList();
        Assert.Equal(begun.GroupBy(window => window.Email).Count(group => group.Any(window => window.Billed > 0)), view.Peaks.Users);
        foreach (var bar in view.Peaks.Groups.SelectMany(group => group.Users))
        {
            var own = begun.Where(window => window.Email == bar.User.Email).ToList();
            Assert.Equal((own.Max(window => window.Billed), own.Count), (bar.Peak, bar.Windows));
            Assert.Equal((long)Math.Round(own.Average(window => window.Billed), MidpointRounding.AwayFromZero), bar.Average);
        }
    }

    private static DateOnly First(IEnumerable<Facts.Turn> turns) =>
        DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(turns.Min(turn => turn.EndedAt)).UtcDateTime);

    private static int Users(Facts facts) => facts.Events.Select(each => each.Turn.User).Distinct().Count();

    private static IEnumerable<string> Unpriced(Facts facts) =>
        facts.Events.Where(each => each.Cost is null).Select(each => each.Model).Distinct().Order(StringComparer.Ordinal);

    private static long Sessions(Facts facts) => facts.Sessions;

    private static double? CacheHit(Facts facts)
    {
        var read = facts.Events.Sum(each => each.Read);
        var all = read + facts.Events.Sum(each => each.Input) + facts.Events.Sum(each => each.Write);
        return all == 0 ? null : (double)read / all;
    }
}
