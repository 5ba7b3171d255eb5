using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Which readings of status lines are news, and which are repeated by an idle session.</summary>
public sealed class StatusLineRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Reset = Now.AddHours(9);

    [Theory]
    [InlineData(60, 61, false, false, true)]
    [InlineData(60, 60, true, false, false)]
    [InlineData(60, 59, false, false, false)]
    [InlineData(60, 59, true, true, true)]
    [InlineData(60, 2, false, false, true)]
    [InlineData(60, 2, false, true, false)]
    [InlineData(60, 2, true, true, true)]
    [InlineData(2, 60, false, true, false)]
    [InlineData(2, 60, false, false, true)]
    [InlineData(2, 60, true, true, true)]
    [InlineData(2, 4, false, true, true)]
    public void Figure_OfTheSameWindow(double before, double told, bool isFresh, bool wasReported, bool isNews) =>
        Assert.Equal(isNews, StatusLineRule.IsNews(At(before, Reset), At(told, Reset.AddSeconds(1)), isFresh, () => wasReported));

    [Fact]
    public void Figure_OfAnEarlierWindow_IsNoneEvenWhereItIsFresh()
    {
        Assert.False(StatusLineRule.IsNews(At(2, Reset), At(60, Reset.AddHours(-5)), isFresh: true, () => false));
        Assert.True(StatusLineRule.IsNews(At(60, Reset), At(2, Reset.AddHours(5)), isFresh: false, () => true));
    }

    [Theory]
    [InlineData(true, 1, true)]
    [InlineData(true, -1, false)]
    [InlineData(false, 1, false)]
    public void Reset_ThatMovesEarlier_IsNewsOfALaterFreshFigure(bool isFresh, int minutesLater, bool isNews) =>
        Assert.Equal(isNews, StatusLineRule.IsNews(At(60, Reset), At(2, Reset.AddHours(-42)) with { ObservedAt = Now.AddMinutes(minutesLater) }, isFresh, () => false));

    private static Reading At(double used, DateTimeOffset reset) => new("seven_day", Reading.Milli(used), reset, Now);
}
