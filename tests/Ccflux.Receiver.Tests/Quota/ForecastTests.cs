using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Forecasts;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Pace, forecast exhaustion and plan size.</summary>
public sealed class ForecastTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Reset = Start.AddHours(5);

    [Theory]
    [InlineData(30)]
    [InlineData(45)]
    [InlineData(80)]
    public void EvenUse_FasterThanTheWindow_RunsOutWithinTheRangeThatIsTold(double percentPerHour)
    {
        var now = Start.AddHours(1);
        var projection = Project(hours => percentPerHour * hours, now);

        Assert.Equal(Outlook.RunsOut, projection.Outlook);
        Assert.InRange(Start.AddHours(100 / percentPerHour), projection.Earliest!.Value, projection.Latest!.Value);
    }

    [Fact]
    public void EvenUse_SlowerThanTheWindow_Lasts() => Assert.Equal(Outlook.Lasts, Project(hours => 15 * hours, Start.AddHours(2)).Outlook);

    [Fact]
    public void Burst_AfterARest_MayRunOut()
    {
        var projection = Project(hours => hours < 2.5 ? 0 : (hours - 2.5) * 60, Start.AddHours(3));

        Assert.Equal(Outlook.MayRunOut, projection.Outlook);
        Assert.Null(projection.Latest);
        Assert.InRange(projection.Earliest!.Value, Start.AddHours(3), Reset);
    }

    [Fact]
    public void Full_IsExhausted() => Assert.Equal(Outlook.Exhausted, Project(_ => 104, Start.AddHours(2)).Outlook);

    [Fact]
    public void TooEarlyTooOldOrOver_IsUnknown()
    {
        Assert.Equal(Outlook.Unknown, Project(hours => 100 * hours, Start.AddMinutes(10)).Outlook);
        var old = new Reading("five_hour", 50_000, Reset, Start.AddHours(1));
        Assert.Equal(Outlook.Unknown, ForecastRule.Project(old, [], Start.AddHours(2)).Outlook);
        Assert.Equal(Outlook.Unknown, ForecastRule.Project(old with { ObservedAt = Reset }, [], Reset).Outlook);
        Assert.Equal(Outlook.Unknown, ForecastRule.Project(old with { Window = "extra_usage" }, [], old.ObservedAt).Outlook);
    }

    [Fact]
    public void Pace_IsUsedAgainstElapsed()
    {
        var pace = Pace.Of(new Reading("five_hour", 60_000, Reset, Start.AddHours(1)), Start.AddHours(1))!;

        Assert.Equal(20, pace.ElapsedPercent, 6);
        Assert.Equal(3, pace.Ratio!.Value, 6);
        Assert.Null(Pace.Of(new Reading("five_hour", 60_000, null, Start), Start));
        Assert.Null(Pace.Of(new Reading("five_hour", 60_000, Reset, Start), Reset));
    }

    [Fact]
    public void WindowThatBeganAnewBeforeItsTime_IsProjectedFromThen()
    {
        // 60 % at hour 2, then 0, then 40 points an hour: the earlier readings would suggest that it lasts.
        var early = Start.AddHours(2);
        Reading At(DateTimeOffset at) => new("five_hour", Reading.Milli(Math.Floor(at < early ? 30 * (at - Start).TotalHours : 40 * (at - early).TotalHours)), Reset, at, early);
        var now = Start.AddHours(3);
        var newest = At(now);
        var projection = ForecastRule.Project(newest, ForecastRule.Instants(newest).Select(at => new PastValue(at, At(at).UsedMilli)), now);

        Assert.Equal(Outlook.RunsOut, projection.Outlook);
        Assert.InRange(early.AddHours(2.5), projection.Earliest!.Value, projection.Latest!.Value);
        Assert.Equal(100 / 3d, Pace.Of(newest, now)!.ElapsedPercent, 6);
        Assert.Equal(Outlook.Unknown, ForecastRule.Project(At(early.AddMinutes(5)), [], early.AddMinutes(5)).Outlook);
    }

    [Fact]
    public void Plan_IsARangeThatRoundingAllows()
    {
        var plan = PlanEstimate.Of(new Reading("five_hour", 40_000, Reset, Start), 4_000_000)!;

        Assert.Equal(100_000, plan.TokensPerPercent);
        Assert.InRange(10_000_000, plan.Lowest, plan.Highest);
        Assert.Equal(9_876_543, plan.Lowest, 0);
        Assert.Null(PlanEstimate.Of(new Reading("five_hour", 4_000, Reset, Start), 4_000_000));
        Assert.Null(PlanEstimate.Of(new Reading("five_hour", 40_000, Reset, Start), 0));
    }

    /// <summary>Readings in whole percents, as status lines report them.</summary>
    private static Projection Project(Func<double, double> percentAt, DateTimeOffset now)
    {
        Reading At(DateTimeOffset at) => new("five_hour", Reading.Milli(Math.Floor(percentAt((at - Start).TotalHours))), Reset, at);
        var newest = At(now);
        return ForecastRule.Project(newest, ForecastRule.Instants(newest).Select(at => new PastValue(at, At(at).UsedMilli)), now);
    }
}
