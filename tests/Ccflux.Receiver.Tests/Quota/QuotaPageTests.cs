using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>What the page computes before it is rendered: order, words, lines and rows; and who gets which answer.</summary>
public sealed class QuotaPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 15, 32, 7, TimeSpan.Zero);

    [Fact]
    public void Order_PutsWhoIsBlockedFirstOnTop()
    {
        var accounts = new[]
        {
            Account(1, Window("five_hour", 95, new Projection(Outlook.Lasts))),
            Account(2, Window("seven_day", 40, new Projection(Outlook.MayRunOut, Now.AddHours(9)))),
            Account(3, Window("five_hour", 60, new Projection(Outlook.RunsOut, Now.AddHours(1), Now.AddHours(2)))),
            Account(4, Window("five_hour", 100, new Projection(Outlook.Exhausted))),
            Account(5),
            Account(6, Window("five_hour", 100, new Projection(Outlook.Exhausted)) with { IsOver = true }, Window("seven_day", 97, Projection.Unknown)),
        };

        Assert.Equal([4, 3, 2, 6, 1, 5], BlockedFirstOrder.Sort(accounts).Select(account => account.AccountId.Value));
    }

    [Theory]
    [InlineData("five_hour", "5-hour")]
    [InlineData("seven_day_opus", "7-day, Opus")]
    [InlineData("weekly_scoped:sonnet", "7-day, Sonnet")]
    [InlineData("extra_usage", "Extra usage")]
    [InlineData("iguana_necktie", "Iguana necktie")]
    [InlineData("x", "X")]
    [InlineData("seven_day_", "7-day, ")]
    public void Window_OfAnyName_HasWords(string window, string words) => Assert.Equal(words, WindowName.Of(window));

    [Theory]
    [InlineData(50, 50, "On pace")]
    [InlineData(51.9, 50, "On pace")]
    [InlineData(44, 50, "6 pt below pace")]
    [InlineData(85, 50, "35 pt ahead of pace")]
    public void Pace_IsSaidInPoints(double used, double elapsed, string words) =>
        Assert.Equal(words, WindowText.Pace(Window("five_hour", used, Projection.Unknown) with { Pace = new Pace(elapsed, used / elapsed) }));

    [Fact]
    public void Range_BeginsWithAWholeRow_AndCoversItsPeriod()
    {
        foreach (var range in QuotaRange.All)
        {
            var from = range.From(Now);

            Assert.Equal(0, from.ToUnixTimeMilliseconds() % (long)range.Row.TotalMilliseconds);
            Assert.Equal(0, range.Row.Ticks % range.Stretch.Ticks);
            Assert.InRange(Now - from, range.Period, range.Period + range.Row);
        }
    }

    [Fact]
    public void Line_OfAPolledAccount_BreaksWhereNothingWasRead()
    {
        var from = QuotaRange.Default.From(Now);
        HistoryBucket[] buckets = [Bucket(from, 0, 10), Bucket(from, 6, 20), Bucket(from, 120, 30)];

        var polled = LevelsChartData.Of([new WindowHistory("five_hour", buckets)], QuotaRange.Default, from, Now, isPolled: true, TimeSpan.FromMinutes(1));
        var pushed = LevelsChartData.Of([new WindowHistory("five_hour", buckets)], QuotaRange.Default, from, Now, isPolled: false, TimeSpan.FromMinutes(1));

        Assert.Equal([10d, 20d, null, 30d], polled.Series[0].Used);
        Assert.Equal([10d, 20d, 30d], pushed.Series[0].Used);
    }

    [Fact]
    public void Line_AcrossAResetThatNobodySaw_Breaks()
    {
        var from = QuotaRange.Default.From(Now);
        HistoryBucket[] buckets = [Bucket(from, 0, 80) with { ResetsAt = from.AddMinutes(60) }, Bucket(from, 120, 5)];

        var pushed = LevelsChartData.Of([new WindowHistory("five_hour", buckets)], QuotaRange.Default, from, Now, isPolled: false, TimeSpan.FromMinutes(1));

        Assert.Equal([80d, null, 5d], pushed.Series[0].Used);
    }

    [Fact]
    public void Request_OutOfBounds_NamesEachField()
    {
        var faults = new List<string>();

        var request = QuotaPageRequest.Parse(
            new QueryCollection(new Dictionary<string, StringValues>(StringComparer.Ordinal)
            {
                ["range"] = "9y",
                ["account"] = "-1",
                ["cards.page"] = "0",
                ["accounts.page"] = "99999999999",
                ["accounts.sort"] = "--",
            }),
            faults);

        Assert.Equal(["range", "account", "accounts.sort", "cards.page", "accounts.page"], faults.Select(fault => fault.Split(' ')[0]));
        Assert.Equal(QuotaRange.Default, request.Range);
        Assert.Equal((1, 1, AccountTable.Blocked), (request.CardsPage, request.RowsPage, request.Sort));
    }

    [Fact]
    public async Task Page_OfAPublicReceiver_IsRatedByAddress()
    {
        await using var rig = await QuotaRig.StartAsync(settings: [("QUOTA_PUBLIC", "1"), ("ADMIN_RATE_LIMIT_PER_MINUTE", "3")]);
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await rig.Receiver.Client.FetchAsync("/quota");
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([200, 200, 200, 429], statuses);
    }

    [Fact]
    public async Task Interval_ByTheForm_NeedsTheSessionsToken()
    {
        await using var rig = await QuotaRig.StartAsync();

        using var forged = await rig.Receiver.Client.PostFormAsync("/quota/interval", [new("interval", "120")], cookie: await rig.Receiver.SignInAsync());
        using var viewer = await rig.Receiver.Client.PostFormAsync("/quota/poll", [], bearer: RunningReceiver.ViewerToken);

        Assert.Equal(400, (int)forged.StatusCode);
        Assert.Equal(403, (int)viewer.StatusCode);
        Assert.Equal(60, (await rig.GetAsync("/api/settings")).GetProperty("interval").GetInt32());
    }

    private static AccountView Account(long id, params WindowView[] windows) => new(
        new QuotaAccountId(id), $"account {id}", null, QuotaSource.OAuth, windows, windows.Select(window => window.Level).DefaultIfEmpty(QuotaLevel.Green).Max(), Now, false, null, Now);

    private static WindowView Window(string name, double used, Projection projection) => new(
        name, used, Levels.Of(Reading.Milli(used)), Now.AddHours(2), false, Now, QuotaSource.OAuth, null, projection, null);

    private static HistoryBucket Bucket(DateTimeOffset from, int minutes, double used)
    {
        var point = new HistoryPoint(from.AddMinutes(minutes), used);
        return new HistoryBucket(0, 1, point.At, point, point, point, from.AddHours(5));
    }
}
