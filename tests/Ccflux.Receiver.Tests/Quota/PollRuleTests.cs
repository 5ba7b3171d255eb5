using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>When an account is polled next.</summary>
public sealed class PollRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly PollPolicy Cookies = PollPolicy.Cookies(TimeSpan.FromSeconds(60));
    private static readonly PollState s_restarted = Asked();

    [Theory]
    [InlineData(0, 60)]
    [InlineData(0.5, 63)]
    [InlineData(1, 66)]
    public void Healthy_IsAskedAfterTheInterval_JitteredUpwardsOnly(double jitter, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), PollRule.Next(Asked(), Cookies, [], Now, jitter));

    [Theory]
    [InlineData(1, 120)]
    [InlineData(2, 240)]
    [InlineData(4, 960)]
    [InlineData(5, 1800)]
    [InlineData(500, 1800)]
    public void Failing_BacksOffToHalfAnHour(int failures, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), PollRule.Next(Asked() with { Failures = failures, Failure = PollFailure.UpstreamFailed }, Cookies, [], Now, 0));

    [Fact]
    public void Failing_WithAnIntervalOfAnHour_IsNotAskedMoreOften() =>
        Assert.Equal(Now.AddHours(1), PollRule.Next(Asked() with { Failures = 1 }, PollPolicy.Cookies(TimeSpan.FromHours(1)), [], Now, 0));

    [Fact]
    public void RetryAfter_LongerThanTheBackoff_IsObeyed()
    {
        var state = PollRule.After(Asked(), Cookies, Now, PollOutcome.Failed(PollFailure.RateLimited, TimeSpan.FromHours(2)), Now);

        Assert.Equal(Now.AddHours(2), PollRule.Next(state, Cookies, [Now.AddMinutes(10)], Now, 0));
        Assert.Equal(Now.AddHours(2), PollRule.Earliest(state, Cookies, Now.AddMinutes(30)));
    }

    [Theory]
    [InlineData(23, 23)]
    [InlineData(25, 24)]
    [InlineData(10_000, 24)]
    public void RetryAfter_OfMoreThanADay_IsObeyedForADay(int hours, int expected) =>
        Assert.Equal(Now.AddHours(expected), PollRule.After(Asked(), Cookies, Now, PollOutcome.Failed(PollFailure.RateLimited, TimeSpan.FromHours(hours)), Now).RetryAt);

    [Fact]
    public void After_Success_EndsTheFailures()
    {
        var failing = Asked() with { Failures = 3, Failure = PollFailure.UpstreamFailed, FailedSince = Now, RetryAt = Now.AddMinutes(1) };

        var state = PollRule.After(failing, Cookies, Now.AddSeconds(60), new PollOutcome([], null), Now.AddSeconds(61));

        Assert.Equal(Asked() with { LastAttempt = Now.AddSeconds(60), LastSuccess = Now.AddSeconds(61), Recent = state.Recent }, state);
    }

    [Fact]
    public void After_Failures_CountsThemAndKeepsTheTimeOfTheFirst()
    {
        var failed = PollOutcome.Failed(PollFailure.UpstreamFailed);

        var first = PollRule.After(Asked(), Cookies, Now.AddSeconds(60), failed, Now.AddSeconds(61));
        var second = PollRule.After(first, Cookies, Now.AddSeconds(180), failed, Now.AddSeconds(181));

        Assert.Equal((1, Now.AddSeconds(61), Now), (first.Failures, first.FailedSince!.Value, first.LastSuccess!.Value));
        Assert.Equal((2, Now.AddSeconds(61), Now), (second.Failures, second.FailedSince!.Value, second.LastSuccess!.Value));
    }

    [Fact]
    public void After_WithABudget_KeepsThePollsOfLessThanAnHourAgo()
    {
        var state = Asked() with { Recent = [Now.AddMinutes(-61), Now.AddMinutes(-60), Now.AddMinutes(-60).AddSeconds(1)] };

        Assert.Equal([Now.AddMinutes(-60).AddSeconds(1), Now], PollRule.After(state, PollPolicy.OAuth, Now, new PollOutcome([], null), Now).Recent);
        Assert.Same(state.Recent, PollRule.After(state, Cookies, Now, new PollOutcome([], null), Now).Recent);
    }

    [Theory]
    [InlineData(0, 105)]
    [InlineData(0.5, 117.5)]
    [InlineData(1, 130)]
    public void Reset_BeforeTheNextPoll_BringsItForward(double jitter, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), PollRule.Next(Asked(), PollPolicy.OAuth, [Now.AddSeconds(100)], Now, jitter));

    [Theory]
    [InlineData(181, 0, 180)]
    [InlineData(180, 0, 185)]
    [InlineData(176, 0, 181)]
    [InlineData(175, 0, 180)]
    [InlineData(193, 1, 198)]
    public void Reset_JustBeforeTheNextPoll_DelaysItUntilTheNewWindowCanBeSeen(int reset, double jitter, double seconds) =>
        Assert.Equal(Now.AddSeconds(seconds), PollRule.Next(Asked(), PollPolicy.OAuth, [Now.AddSeconds(reset)], Now, jitter));

    [Fact]
    public void Floor_LongerThanTheInterval_AppliesToEveryPoll()
    {
        var policy = new PollPolicy(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), null);

        Assert.Equal(Now.AddSeconds(10), PollRule.Next(Asked(), policy, [], Now, 0));
        Assert.Equal(Now.AddSeconds(10), PollRule.Earliest(Asked(), policy, Now.AddSeconds(9)));
        Assert.Equal(Now.AddSeconds(11), PollRule.Earliest(Asked(), policy, Now.AddSeconds(11)));
    }

    [Fact]
    public void Reset_JustAfterAPoll_IsLookedAtAsSoonAsCookiesMayBeSent() =>
        Assert.Equal(Now.AddSeconds(60), PollRule.Next(Asked(), Cookies, [Now.AddSeconds(1)], Now, 1));

    [Fact]
    public void Reset_OfLongAgo_ChangesNothing() =>
        Assert.Equal(Now.AddSeconds(180), PollRule.Next(Asked(), PollPolicy.OAuth, [Now.AddSeconds(-5)], Now, 0));

    [Fact]
    public void Budget_Spent_WaitsUntilTheOldestPollIsAnHourOld()
    {
        var recent = Enumerable.Range(0, 28).Select(i => Now.AddMinutes(-50).AddSeconds(i)).ToList();
        var state = Asked() with { Recent = recent };

        Assert.Equal(Now.AddMinutes(10).AddSeconds(1), PollRule.Next(state, PollPolicy.OAuth, [Now.AddSeconds(20)], Now, 0));
        Assert.Equal(Now.AddMinutes(10).AddSeconds(1), PollRule.Earliest(state, PollPolicy.OAuth, Now));
    }

    [Fact]
    public void Restart_PollWasDue_CountsAsSent()
    {
        var state = PollRule.AfterRestart(Asked(), Cookies, Now.AddSeconds(60), Now.AddSeconds(70));

        Assert.Equal(Now.AddSeconds(120), PollRule.Next(state, Cookies, [], Now.AddSeconds(70), 0));
    }

    [Fact]
    public void Restart_PollWasNotDueOrIsCounted_ChangesNothing()
    {
        Assert.Same(s_restarted, PollRule.AfterRestart(s_restarted, Cookies, Now.AddSeconds(71), Now.AddSeconds(70)));
        Assert.Same(s_restarted, PollRule.AfterRestart(s_restarted, Cookies, Now, Now.AddSeconds(70)));
        Assert.Equal(Now.AddSeconds(70), PollRule.AfterRestart(s_restarted, Cookies, Now.AddSeconds(70), Now.AddSeconds(70)).LastAttempt);
    }

    [Fact]
    public void Restart_PollWasDue_CountsAgainstTheBudget()
    {
        var hourAgo = Now.AddSeconds(70).AddMinutes(-60);
        var state = s_restarted with { Recent = [hourAgo.AddSeconds(-1), hourAgo, hourAgo.AddSeconds(1)] };

        Assert.Equal([hourAgo.AddSeconds(1), Now.AddSeconds(60)], PollRule.AfterRestart(state, PollPolicy.OAuth, Now.AddSeconds(60), Now.AddSeconds(70)).Recent);
    }

    [Fact]
    public void NoCredential_NothingWasSent_CostsNoBudget() =>
        Assert.Empty(PollRule.After(PollState.New, PollPolicy.OAuth, Now, PollOutcome.Failed(PollFailure.NoCredential), Now).Recent);

    [Fact]
    public void AccountsThatAreDueTogether_AreSpreadOverAThirdOfTheInterval_TheFirstAtOnce()
    {
        var random = new Random(7);
        var waits = Enumerable.Range(0, 12).Select(place => PollRule.Spread(PollPolicy.OAuth, place, 12, random.NextDouble())).ToList();

        Assert.Equal(TimeSpan.Zero, waits[0]);
        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits[^1], TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));
        Assert.All(Enumerable.Range(1, 11), place => Assert.InRange(waits[place].TotalSeconds, 60 * (place - 1) / 11d, 60 * place / 11d));
        Assert.Equal(TimeSpan.Zero, PollRule.Spread(PollPolicy.OAuth, 0, 1, 1));
    }

    [Fact]
    public void AnotherCredential_ForgetsTheFailures_NotWhatTheIssuerAskedFor()
    {
        var failing = Asked() with { Failures = 5, Failure = PollFailure.Rejected, FailedSince = Now, RetryAt = Now.AddHours(1), Credential = "old" };

        Assert.Same(failing, PollRule.With(failing, "old"));
        var renewed = PollRule.With(failing, "new");

        Assert.Equal((0, null, null, "new"), (renewed.Failures, renewed.Failure, renewed.FailedSince, renewed.Credential));
        Assert.Equal(Now.AddHours(1), PollRule.Earliest(renewed, Cookies, Now.AddMinutes(5)));
    }

    private static PollState Asked() => PollState.New with { LastAttempt = Now, LastSuccess = Now };
}
