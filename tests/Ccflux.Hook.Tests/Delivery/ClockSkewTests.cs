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
        var batch = Batch(_time.GetUtcNow().AddHours(1));

        Assert.Same(batch, new ClockSkew(_time).Adjust(batch));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void Adjust_ClockAnHourOff_MovesTodaysTimes(int minutes)
    {
        var skew = Measured(TimeSpan.FromMinutes(minutes));
        var at = _time.GetUtcNow().AddMinutes(-1);

        var session = skew.Adjust(Batch(at)).Sessions[0];

        Assert.Equal(at.AddMinutes(minutes).ToUnixTimeMilliseconds(), session.Requests[0].At);
        Assert.Equal((session.Requests[0].At - 300_000, session.Requests[0].At), (session.Turns[0].Started, session.Turns[0].Ended));
        Assert.Equal((session.Requests[0].At, 7), (session.LimitEvents![0].At, session.LimitEvents[0].ResetsAt));
    }

    [Fact]
    public void Adjust_ClockAnHourOff_LeavesOtherDays()
    {
        var at = _time.GetUtcNow().AddDays(-2);

        Assert.Equal(at, At(Measured(TimeSpan.FromHours(1)), at));
    }

    [Fact]
    public void Adjust_ClockRightButRequestInTheFuture_MovesItToNow() =>
        Assert.Equal(_time.GetUtcNow().AddSeconds(1), At(Measured(TimeSpan.FromSeconds(1)), _time.GetUtcNow().AddDays(3)));

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

        Assert.Equal(applied ? ended.AddSeconds(seconds) : ended, At(Measured(TimeSpan.FromSeconds(seconds)), ended));
        Assert.Equal(applied ? ended.AddSeconds(seconds) : ended, Measured(TimeSpan.FromSeconds(seconds)).Adjust(Reading(ended)).ObservedAt);
    }

    [Theory]
    [InlineData(86_399, true)]
    [InlineData(86_400, false)]
    public void Adjust_OfADayAgo_TrustsTheClockOfThen(int secondsAgo, bool adjusted)
    {
        var at = _time.GetUtcNow().AddSeconds(-secondsAgo);

        Assert.Equal(adjusted, At(Measured(TimeSpan.FromHours(-1)), at) != at);
        Assert.Equal(adjusted, Measured(TimeSpan.FromHours(-1)).Adjust(Reading(at)).ObservedAt != at);
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

    private static DateTimeOffset At(ClockSkew skew, DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(skew.Adjust(Batch(at)).Sessions[0].Requests[0].At);

    private static RequestBatch Batch(DateTimeOffset at)
    {
        var ms = at.ToUnixTimeMilliseconds();
        var session = new ReportedSession
        {
            SessionId = "s",
            Turns = [new ReportedTurn { Key = 1, Started = ms - 300_000, Ended = ms, Outcome = TurnOutcome.Completed }],
            Requests = [new ReportedRequest(2, ms, 0, 0, RequestFlags.None, RequestOrigin.Main, 1, 1, 0, 0, 0, 0)],
            LimitEvents = [new ReportedLimit { At = ms, ResetsAt = 7 }],
        };
        return new RequestBatch { Client = ClientVersion.Describe(null), Models = ["m"], Sessions = [session] };
    }
}
