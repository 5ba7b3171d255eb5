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
    public void Instants_OfAWindow_AreShortAndMediumSpansThatBeganInIt()
    {
        Assert.Equal([Start.AddMinutes(225), Start.AddHours(3)], ForecastRule.Instants(At(50_000, 4)));
        Assert.Equal([Start.AddMinutes(45)], ForecastRule.Instants(At(50_000, 1)));
        Assert.Empty(ForecastRule.Instants(At(50_000, 0.25)));
        var week = new Reading("seven_day", 50_000, Start.AddDays(7), Start.AddDays(6));
        Assert.Equal([week.ObservedAt.AddHours(-8.4), week.ObservedAt.AddHours(-33.6)], ForecastRule.Instants(week));
    }

    [Fact]
    public void Instants_OfAWindowThatRestartedEarly_IncludeItsBeginning()
    {
        var early = Start.AddHours(1);

        Assert.Equal([Start.AddMinutes(165), Start.AddHours(2), early], ForecastRule.Instants(At(50_000, 3) with { StartedAt = early }));
        Assert.Equal([Start.AddMinutes(165), Start.AddHours(2)], ForecastRule.Instants(At(50_000, 3) with { StartedAt = Start.AddHours(-1) }));
    }

    /// <summary>Thousandths of a percent and seconds: what is left, divided by the speed that rounding allows.</summary>
    [Theory]
    [InlineData(50_000, 44_000, 20_000, 50_000 / (30_500 / 3600d), 50_000 / (5_500 / 900d))]
    [InlineData(50_100, 44_000, 20_000, 49_900 / (30_150 / 3600d), 49_900 / (6_050 / 900d))]
    [InlineData(50_000, 44_100, 20_000, 50_000 / (30_500 / 3600d), 50_000 / (5_850 / 900d))]
    public void Project_FastestAndSlowestSpan_BoundTheRange(long newest, long quarterAgo, long hourAgo, double earliest, double latest)
    {
        var reading = At(newest, 2);

        var projection = ForecastRule.Project(reading, [Past(1.75, quarterAgo), Past(1, hourAgo)], reading.ObservedAt);

        Assert.Equal(Outlook.RunsOut, projection.Outlook);
        Assert.Equal(earliest, (projection.Earliest!.Value - reading.ObservedAt).TotalSeconds, 3);
        Assert.Equal(latest, (projection.Latest!.Value - reading.ObservedAt).TotalSeconds, 3);
    }

    [Fact]
    public void Project_PastValuesOfAnotherWindowOrAboveTheNewest_DoNotCount()
    {
        var alone = ForecastRule.Project(At(50_000, 2), [], Start.AddHours(2));

        Assert.Equal(Outlook.RunsOut, alone.Outlook);
        Assert.Equal(alone, ForecastRule.Project(At(50_000, 2), [Past(-1, 0), Past(1, 50_001)], Start.AddHours(2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Project_NothingUsedSince_MayLastUntilTheReset(double hours) =>
        Assert.Equal(Outlook.MayRunOut, ForecastRule.Project(At(50_000, 2), [Past(hours, 50_000)], Start.AddHours(2)).Outlook);

    [Fact]
    public void Project_WindowThatRestartedEarly_CountsFromItsFirstValue()
    {
        var early = Start.AddHours(1);
        var newest = At(50_000, 2) with { StartedAt = early };

        Assert.Equal(50_000 / (30_500 / 3600d), SecondsUntilEarliest(newest, Past(1, 20_000)), 3);
        Assert.Equal(50_000 / (50_500 / 3600d), SecondsUntilEarliest(newest), 3);
    }

    [Fact]
    public void Project_ShouldHaveRunOutByNow_RunsOutNow()
    {
        var now = Start.AddMinutes(130);

        var projection = ForecastRule.Project(At(99_000, 2), [Past(1.75, 60_000)], now);

        Assert.Equal(new Projection(Outlook.RunsOut, now, now), projection);
    }

    /// <summary>The fastest or the slowest speed reaches 100 % exactly at the reset.</summary>
    [Theory]
    [InlineData(49_975, Outlook.Lasts)]
    [InlineData(50_025, Outlook.MayRunOut)]
    [InlineData(50_026, Outlook.RunsOut)]
    public void Project_ExactlyAtTheReset_HasLasted(long used, Outlook expected) =>
        Assert.Equal(expected, ForecastRule.Project(At(used, 2.5), [], Start.AddHours(2.5)).Outlook);

    [Theory]
    [InlineData(0.25, 0.25, true)]
    [InlineData(0.249, 0.249, false)]
    [InlineData(2, 2.5, true)]
    [InlineData(2, 2.501, false)]
    public void Project_TooEarlyOrFromAnOldReading_IsUnknown(double observed, double now, bool known) =>
        Assert.Equal(known, ForecastRule.Project(At(50_000, observed), [], Start.AddHours(now)).Outlook != Outlook.Unknown);

    [Fact]
    public void Project_ExactlyFull_IsExhausted() => Assert.Equal(Outlook.Exhausted, ForecastRule.Project(At(100_000, 2), [], Start.AddHours(2)).Outlook);

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

    [Theory]
    [InlineData(0, false)]
    [InlineData(2.99, false)]
    [InlineData(3, true)]
    public void Pace_InTheFirstHundredth_HasNoRatio(double minutes, bool known) =>
        Assert.Equal(known, Pace.Of(new Reading("five_hour", 1_000, Reset, Start), Start.AddMinutes(minutes))!.Ratio is not null);

    [Fact]
    public void Pace_BeforeTheWindow_IsUnknown() => Assert.Null(Pace.Of(new Reading("five_hour", 1_000, Reset, Start), Start.AddSeconds(-1)));

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
        Assert.Equal(10_126_582, plan.Highest, 0);
        Assert.Null(PlanEstimate.Of(new Reading("five_hour", 4_999, Reset, Start), 4_000_000));
        Assert.NotNull(PlanEstimate.Of(new Reading("five_hour", 5_000, Reset, Start), 4_000_000));
        var precise = PlanEstimate.Of(new Reading("five_hour", 40_100, Reset, Start), 4_010_000)!;
        Assert.Equal(4_010_000 / 40.15 * 100, precise.Lowest, 3);
        Assert.Equal(4_010_000 / 40.05 * 100, precise.Highest, 3);
        Assert.Null(PlanEstimate.Of(new Reading("five_hour", 40_000, Reset, Start), 0));
    }

    private static Reading At(long usedMilli, double hours) => new("five_hour", usedMilli, Reset, Start.AddHours(hours));

    private static PastValue Past(double hours, long usedMilli) => new(Start.AddHours(hours), usedMilli);

    private static double SecondsUntilEarliest(Reading newest, params PastValue[] past) =>
        (ForecastRule.Project(newest, past, newest.ObservedAt).Earliest!.Value - newest.ObservedAt).TotalSeconds;

    /// <summary>Readings in whole percents, as status lines report them.</summary>
    private static Projection Project(Func<double, double> percentAt, DateTimeOffset now)
    {
        Reading At(DateTimeOffset at) => new("five_hour", Reading.Milli(Math.Floor(percentAt((at - Start).TotalHours))), Reset, at);
        var newest = At(now);
        return ForecastRule.Project(newest, ForecastRule.Instants(newest).Select(at => new PastValue(at, At(at).UsedMilli)), now);
    }
}
