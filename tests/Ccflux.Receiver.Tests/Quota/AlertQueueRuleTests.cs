using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Which findings are sent individually, in a digest or not at all.</summary>
public sealed class AlertQueueRuleTests
{
    private const long User = 7;
    private const int Channels = 3;

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly AlertQueueFacts Quiet = new(User, 0, null, 0, 0);

    /// <summary>What is queued already, and what becomes of two findings.</summary>
    [Theory]
    [InlineData(User, 0, null, 0, 0, "threshold threshold")]
    [InlineData(User, 18, null, 0, 0, "threshold threshold")]
    [InlineData(User, 19, null, 0, 0, "threshold digest/1 held 1")]
    [InlineData(User, 20, null, 0, 0, "digest/2 held 2")]
    [InlineData(User, 20, 5L, 0, 0, "added added held 2")]
    [InlineData(User, 20, 5L, AlertQueue.MaxWaiting, 0, "added added held 2")]
    [InlineData(User, 20, null, AlertQueue.MaxWaiting, 0, "held 2 dropped 2")]
    [InlineData(User, 0, null, AlertQueue.MaxWaiting, 0, "dropped 2")]
    [InlineData(User, 0, null, AlertQueue.MaxWaiting - 1, 0, "threshold dropped 1")]
    [InlineData(User, 0, null, AlertQueue.MaxWaiting - Channels, 0, "threshold dropped 1")]
    [InlineData(User, 0, null, AlertQueue.MaxWaiting - Channels - 1, 0, "threshold threshold")]
    [InlineData(User, 0, null, 2_000, AlertQueue.MaxReported, "dropped 2")]
    [InlineData(User, 0, null, 2_000, AlertQueue.MaxReported - 1, "threshold dropped 1")]
    [InlineData(AccountIdentity.Polled, 0, null, 2_000, AlertQueue.MaxReported, "threshold threshold")]
    [InlineData(AccountIdentity.Polled, 0, null, AlertQueue.MaxWaiting, 0, "dropped 2")]
    public void Findings_AreSentIndividually_InADigest_OrNotAtAll(long owner, long sent, long? digest, long waiting, long reportedWaiting, string expected)
    {
        var plan = AlertQueue.Decide(new AlertQueueFacts(owner, sent, digest, waiting, reportedWaiting), [Threshold("w1", 90), Threshold("w2", 95)], Channels, null, Now);

        Assert.Equal(expected, Describe(plan));
    }

    [Fact]
    public void Threshold_StatesTheThresholdAndTheReset_AForecastWhenItRunsOut()
    {
        var runsOut = new Projection(Outlook.RunsOut, Now.AddHours(1), Now.AddHours(2));
        var plan = AlertQueue.Decide(Quiet, [Threshold("w1", 90), new WindowFinding(Window("w2", 50), null, runsOut)], Channels, null, Now);

        Assert.Equal(
            [
                new NewAlert(new QuotaAccountId(3), "w1", AlertKind.Threshold, 90_000, Now) { ThresholdMilli = 80_000, ResetsAt = 1 },
                new NewAlert(new QuotaAccountId(3), "w2", AlertKind.Forecast, 50_000, Now) { ResetsAt = 1, Projection = runsOut },
            ],
            plan.Alerts);
    }

    [Fact]
    public void Digest_NamesTheFullestWindow_AndIsSentLater()
    {
        WindowFinding[] findings = [Threshold("w1", 90), Threshold("w2", 95), Threshold("w3", 95), Threshold("w4", 91)];

        var plan = AlertQueue.Decide(Quiet with { Sent = AlertQueue.MaxPerSpan }, findings, Channels, null, Now);

        Assert.Equal([new NewAlert(new QuotaAccountId(3), "w2", AlertKind.Digest, 95_000, Now + AlertQueue.DigestAfter, Held: 4)], plan.Alerts);
    }

    [Fact]
    public void QuietHours_DelayBothKinds()
    {
        var quiet = QuietHours.Parse("12:05-13:00", "UTC");
        var plan = AlertQueue.Decide(Quiet with { Sent = AlertQueue.MaxPerSpan - 1 }, [Threshold("w1", 90), Threshold("w2", 95)], Channels, quiet, Now);
        var later = AlertQueue.Decide(Quiet, [Threshold("w1", 90)], Channels, quiet, Now.AddMinutes(10));

        Assert.Equal([Now, Now.AddHours(1)], plan.Alerts.Select(alert => alert.SendAt));
        Assert.Equal(Now.AddHours(1), Assert.Single(later.Alerts).SendAt);
    }

    [Fact]
    public void EveryFinding_IsInOnePlace_AndNoLimitIsExceeded()
    {
        var random = new Random(7);
        for (var round = 0; round < TestDepth.Of(500, 20_000); round++)
        {
            var facts = new AlertQueueFacts(
                random.Next(2) * User,
                random.Next(AlertQueue.MaxPerSpan + 2),
                random.Next(3) == 0 ? 5 : null,
                AlertQueue.MaxWaiting - random.Next(60),
                AlertQueue.MaxReported - random.Next(60));
            var findings = Enumerable.Range(0, random.Next(1, 30)).Select(i => Threshold($"w{i}", random.Next(80, 100))).ToList();

            var plan = AlertQueue.Decide(facts, findings, Channels, null, Now);

            var individual = plan.Alerts.Count(alert => alert.Kind is AlertKind.Threshold);
            var inDigest = plan.Alerts.Where(alert => alert.Kind is AlertKind.Digest).Sum(alert => alert.Held) + plan.ForDigest.Count;
            Assert.Equal(findings.Count, individual + inDigest + plan.Dropped);
            Assert.InRange(facts.Sent + individual, 0, Math.Max(facts.Sent, AlertQueue.MaxPerSpan));
            Assert.InRange(facts.Waiting + ((plan.Alerts.Count - 1) * Channels), 0, AlertQueue.MaxWaiting - 1);
            Assert.True(plan.Alerts.Count(alert => alert.Kind is AlertKind.Digest) <= (facts.Digest is null ? 1 : 0));
            Assert.True(plan.ForDigest.Count == 0 || facts.Digest is not null);
        }
    }

    [Fact]
    public void States_AreWrittenWhereTheyChange_AndAnOwnRuleTakesPrecedence()
    {
        var reset = Now.AddHours(3);
        var known = new WatchedWindow(Window("w1", 82, reset), Projection.Unknown, new AlertState(80_000, false, reset));
        var crossed = new WatchedWindow(Window("w2", 85, reset), Projection.Unknown, AlertState.New);
        var facts = new AlertFacts(new QuotaAccountId(3), User, Settings: null, [known, crossed]);

        var byDefault = AlertRule.Decide(facts, new AlertSettings([80_000], Forecast: true), Now);
        var byItsOwn = AlertRule.Decide(facts with { Settings = new AlertSettings([], Forecast: false) }, new AlertSettings([80_000], Forecast: true), Now);

        Assert.Equal([(2L, new AlertState(80_000, false, reset))], byDefault.States);
        Assert.Equal([("w2", (long?)80_000)], byDefault.Findings.Select(finding => (finding.Row.Name, finding.Threshold)));
        Assert.Empty(byItsOwn.Findings);
        Assert.Equal([(1L, 0L), (2L, 0L)], byItsOwn.States.Select(state => (state.WindowId, state.State.ThresholdMilli)));
    }

    private static WindowFinding Threshold(string window, double used) => new(Window(window, used), 80_000, Projection.Unknown);

    private static WindowRow Window(string name, double used, DateTimeOffset? reset = null) => new()
    {
        WindowId = name[^1] - '0',
        AccountId = new QuotaAccountId(3),
        Name = name,
        UsedMilli = Reading.Milli(used),
        ResetsAt = reset?.ToUnixTimeMilliseconds() ?? 1,
    };

    private static string Describe(AlertPlan plan) => string.Join(' ', plan.Alerts.Select(alert => alert.Held == 0 ? alert.Kind : $"{alert.Kind}/{alert.Held}")
        .Concat(plan.ForDigest.Select(_ => "added"))
        .Concat(plan.Held == 0 ? [] : [$"held {plan.Held}"])
        .Concat(plan.Dropped == 0 ? [] : [$"dropped {plan.Dropped}"]));
}
