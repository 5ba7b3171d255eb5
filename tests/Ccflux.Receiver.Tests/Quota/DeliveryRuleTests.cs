using Ccflux.Receiver.Quota.Alerts;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>What becomes of a due delivery before and after it is sent.</summary>
public sealed class DeliveryRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Due = At(TimeSpan.FromSeconds(-5));

    [Fact]
    public void Claim_CountsTheAttempt_AndHidesTheDeliveryFromOthers()
    {
        var claim = DeliveryRule.Claim(Row(attempts: 2, error: "answered 500"), Now);

        Assert.Equal(new DeliveryStatus("waiting", 3, At(DeliveryRule.ClaimFor)), claim);
    }

    [Theory]
    [InlineData(null, "waiting")]
    [InlineData(1, "waiting")]
    [InlineData(0, "outdated")]
    [InlineData(-1, "outdated")]
    public void Claim_OfAWindowThatHasReset_IsOutdatedAndNotSent(int? resetsInMilliseconds, string state) =>
        Assert.Equal(state, DeliveryRule.Claim(Row(resetsAt: resetsInMilliseconds is { } wait ? At(TimeSpan.FromMilliseconds(wait)) : null), Now).State);

    [Fact]
    public void Outdated_KeepsItsAttempts() =>
        Assert.Equal(new DeliveryStatus("outdated", 2, Due), DeliveryRule.Claim(Row(attempts: 2, resetsAt: Due, error: "answered 500"), Now));

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1, 120)]
    [InlineData(2, 600)]
    [InlineData(3, 1800)]
    public void Failure_IsRetriedLater(int attempts, int seconds) =>
        Assert.Equal(new DeliveryStatus("waiting", attempts + 1, At(TimeSpan.FromSeconds(seconds)), "answered 500"), DeliveryRule.After(Row(attempts), "answered 500", Now));

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void Failure_OfTheLastAttempt_IsFinal(int attempts) =>
        Assert.Equal(new DeliveryStatus("failed", attempts + 1, Due, "answered 500"), DeliveryRule.After(Row(attempts), "answered 500", Now));

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Success_AtAnyAttempt_IsDelivered(int attempts) =>
        Assert.Equal(
            new DeliveryStatus("delivered", attempts + 1, Due, DeliveredAt: Now.ToUnixTimeMilliseconds()),
            DeliveryRule.After(Row(attempts, error: "answered 500"), null, Now));

    private static AlertRow Row(long attempts = 0, long? resetsAt = null, string? error = null) =>
        new() { State = "waiting", Attempts = attempts, NextAt = Due, ResetsAt = resetsAt, Error = error };

    private static long At(TimeSpan later) => (Now + later).ToUnixTimeMilliseconds();
}
