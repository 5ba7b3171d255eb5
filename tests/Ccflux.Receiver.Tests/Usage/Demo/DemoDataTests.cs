using Ccflux.Lab.Demo;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Tiers;
using Microsoft.Extensions.Hosting;

namespace Ccflux.Receiver.Tests.Usage.Demo;

public sealed class DemoDataTests
{
    [Fact]
    public async Task Demo_InAnEmptyDatabase_ShowsEverythingThePageCan()
    {
        await using var history = await History.EmptyAsync();
        var stored = await history.Receiver.Make<DemoData>().FillAsync();
        await InferTiersAsync(history);

        var view = await UsagePageQueryTests.ReadAsync(history, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        Assert.Equal(history.Facts.Turns.Count, stored);
        Assert.Equal(15, view.Cards.Users.Total);
        Assert.Equal(17, view.Seats.Page.Total);
        Assert.Equal(["Tier 4", "Tier 3", "Tier 2", "Tier 1"], view.Peaks.Groups.Select(group => group.Tier).Where(tier => tier != TierView.UnknownLabel));
        Assert.Equal(
            [AttentionKind.WindowNearLimit, AttentionKind.DeviceRegisteredAgain, AttentionKind.ClaimedEmailMismatch, AttentionKind.Silent, AttentionKind.NeverReported],
            view.WorthALook.Select(line => line.Kind).Distinct());
        Assert.True(view.WorthALook[0] is { OfLimit: true, Share: > 0.85 and < 1 }, view.WorthALook[0].ToString());
        Assert.Contains(view.Users.Rows, row => row.Tier.Confidence == TierConfidence.High);
        Assert.Contains(view.Users.Rows, row => row.Tier.Confidence == TierConfidence.Medium);
        Assert.Contains(view.Users.Rows, row => row.Tier.Label == TierView.UnknownLabel);
        Assert.Contains(view.Devices.Rows, row => row.Status == DeviceStatus.Revoked);
        Assert.Contains(view.Choices.Models, model => model.Name == "claude-sonnet-5[1m]");
        Assert.True(view.Windows.Open >= 5);
        Assert.True(view.UsersTotal.Failed > 0);
        Assert.False(view.Cards.Cost.Total.HasUnpriced);
        Assert.Equal(7, view.Audit.Total);
        Assert.InRange(view.Cards.CacheHit.Total!.Value, 0.85, 0.97);
    }

    [Fact]
    public async Task Demo_InADatabaseWithAUser_ChangesNothing()
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);

        Assert.Null(await history.Receiver.Make<DemoData>().FillAsync());
        Assert.Empty(history.Facts.Turns);
    }

    [Fact]
    public void Demo_OfTheSameInstant_IsTheSame()
    {
        var now = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

        var first = DemoPlan.Make(now);
        var second = DemoPlan.Make(now);

        Assert.Equal(Figures(first), Figures(second));
        Assert.All(first, report => Assert.All(report.Turns, turn => Assert.True(turn.Started <= turn.Ended && turn.Ended <= now)));
    }

    private static IEnumerable<(string Name, string Session, int Index, DateTimeOffset Ended, long Billed)> Figures(IEnumerable<DemoReport> reports) =>
        reports.SelectMany(report => report.Turns.Select(turn => (
            report.Person.Name, turn.SessionId, turn.Index, turn.Ended, turn.Models.Values.Sum(usage => usage.Input + usage.Output))));

    private static async Task InferTiersAsync(History history)
    {
        // Twice: after a limit hit the label that inference found before is kept.
        var job = history.Receiver.Service<IEnumerable<IHostedService>>().OfType<TierJob>().Single();
        await job.InferAsync(TestContext.Current.CancellationToken);
        await job.InferAsync(TestContext.Current.CancellationToken);
    }
}
