using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>When an account is polled next.</summary>
public sealed class PollRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly PollPolicy Cookies = PollPolicy.Cookies(TimeSpan.FromSeconds(60));

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

    [Fact]
    public void Reset_BeforeTheNextPoll_BringsItForward() =>
        Assert.Equal(Now.AddSeconds(105), PollRule.Next(Asked(), PollPolicy.OAuth, [Now.AddSeconds(100)], Now, 0));

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

        Assert.Equal((0, null, null), (renewed.Failures, renewed.Failure, renewed.FailedSince));
        Assert.Equal(Now.AddHours(1), PollRule.Earliest(renewed, Cookies, Now.AddMinutes(5)));
    }

    private static PollState Asked() => PollState.New with { LastAttempt = Now, LastSuccess = Now };
}
