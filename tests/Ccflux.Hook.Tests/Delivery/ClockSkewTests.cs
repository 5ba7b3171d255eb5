using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Delivery;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class ClockSkewTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Adjust_NothingMeasured_LeavesTheTurn()
    {
        var turn = Turn(_time.GetUtcNow().AddHours(1));

        Assert.Same(turn, new ClockSkew(_time).Adjust(turn));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void Adjust_ClockAnHourOff_MovesTheTurnsOfToday(int minutes)
    {
        var skew = Measured(TimeSpan.FromMinutes(minutes));
        var ended = _time.GetUtcNow().AddMinutes(-1);

        var adjusted = skew.Adjust(Turn(ended));

        Assert.True(adjusted.ClockAdjusted);
        Assert.Equal(ended.AddMinutes(minutes), adjusted.EndedUtc);
        Assert.Equal(ended.AddMinutes(minutes - 5), adjusted.StartedUtc);
    }

    [Fact]
    public void Adjust_ClockAnHourOff_LeavesTheTurnsOfOtherDays()
    {
        var turn = Turn(_time.GetUtcNow().AddDays(-2));

        Assert.Same(turn, Measured(TimeSpan.FromHours(1)).Adjust(turn));
    }

    [Fact]
    public void Adjust_ClockRightButTurnInTheFuture_MovesItToNow()
    {
        var adjusted = Measured(TimeSpan.FromSeconds(1)).Adjust(Turn(_time.GetUtcNow().AddDays(3)));

        Assert.Equal(_time.GetUtcNow().AddSeconds(1), adjusted.EndedUtc);
        Assert.True(adjusted.ClockAdjusted);
    }

    [Fact]
    public void Measure_SecondTime_ChangesNothing()
    {
        var skew = Measured(TimeSpan.FromHours(1));

        Assert.False(skew.Measure(_time.GetUtcNow().AddHours(2)));
        Assert.Equal(_time.GetUtcNow().AddHours(1), skew.ServerNow());
    }

    [Fact]
    public void Measure_NoServerTime_MeasuresNothing()
    {
        var skew = new ClockSkew(_time);

        Assert.False(skew.Measure(null));
        Assert.True(skew.Measure(_time.GetUtcNow()));
    }

    [Fact]
    public void Follow_LaterServerTime_ReplacesTheOffset()
    {
        var skew = Measured(TimeSpan.FromHours(1));

        skew.Follow(null);
        Assert.Equal(_time.GetUtcNow().AddHours(1), skew.ServerNow());
        skew.Follow(_time.GetUtcNow().AddHours(-2));
        Assert.Equal(_time.GetUtcNow().AddHours(-2), skew.ServerNow());
    }

    [Theory]
    [InlineData(300, false)]
    [InlineData(301, true)]
    [InlineData(-300, false)]
    [InlineData(-301, true)]
    public void Adjust_OffsetBeyondTheTolerance_IsApplied(int seconds, bool applied)
    {
        var ended = _time.GetUtcNow().AddHours(-1);

        Assert.Equal(applied ? ended.AddSeconds(seconds) : ended, Measured(TimeSpan.FromSeconds(seconds)).Adjust(Turn(ended)).EndedUtc);
        Assert.Equal(applied ? ended.AddSeconds(seconds) : ended, Measured(TimeSpan.FromSeconds(seconds)).Adjust(Reading(ended)).ObservedAt);
    }

    [Theory]
    [InlineData(86_399, true)]
    [InlineData(86_400, false)]
    public void Adjust_OfADayAgo_TrustsTheClockOfThen(int secondsAgo, bool adjusted)
    {
        var at = _time.GetUtcNow().AddSeconds(-secondsAgo);

        Assert.Equal(adjusted, Measured(TimeSpan.FromHours(-1)).Adjust(Turn(at)).ClockAdjusted);
        Assert.Equal(adjusted, Measured(TimeSpan.FromHours(-1)).Adjust(Reading(at)).ObservedAt != at);
    }

    [Fact]
    public void Adjust_TurnWithLimitsAndSession_MovesThemToo()
    {
        var ended = _time.GetUtcNow().AddMinutes(-1);
        var turn = Turn(ended) with { SessionStartUtc = ended.AddHours(-1), LimitEvents = [new LimitEvent { AtUtc = ended.AddMinutes(-2), ResetsAtUtc = ended.AddHours(2) }] };

        var adjusted = Measured(TimeSpan.FromHours(-1)).Adjust(turn);

        Assert.Equal(ended.AddHours(-2), adjusted.SessionStartUtc);
        Assert.Equal((ended.AddMinutes(-62), ended.AddHours(2)), (adjusted.LimitEvents![0].AtUtc, adjusted.LimitEvents[0].ResetsAtUtc));
    }

    [Fact]
    public void Adjust_TurnThatEndsNow_IsNotMoved()
    {
        var turn = Turn(_time.GetUtcNow());

        Assert.Same(turn, Measured(TimeSpan.Zero).Adjust(turn));
    }

    [Fact]
    public void Adjust_ReadingInTheFuture_IsOfNow()
    {
        var skew = Measured(TimeSpan.FromHours(1));

        Assert.Equal(skew.ServerNow(), skew.Adjust(Reading(_time.GetUtcNow().AddMinutes(1))).ObservedAt);
        Assert.Equal(skew.ServerNow().AddMinutes(-1), skew.Adjust(Reading(_time.GetUtcNow().AddMinutes(-1))).ObservedAt);
    }

    [Fact]
    public void Adjust_ReadingWithoutAMeasurement_Stays()
    {
        var reading = Reading(_time.GetUtcNow().AddMinutes(1));

        Assert.Same(reading, new ClockSkew(_time).Adjust(reading));
    }

    private ClockSkew Measured(TimeSpan offset)
    {
        var skew = new ClockSkew(_time);
        Assert.True(skew.Measure(_time.GetUtcNow() + offset));
        return skew;
    }

    private static ReportedReading Reading(DateTimeOffset at) => new() { Window = "five_hour", UsedPercentage = 10, ObservedAt = at, Account = "a" };

    private static TurnReport Turn(DateTimeOffset ended) =>
        new() { SessionId = "s", TurnIndex = 0, StartedUtc = ended.AddMinutes(-5), EndedUtc = ended, Outcome = TurnOutcome.Completed };
}
