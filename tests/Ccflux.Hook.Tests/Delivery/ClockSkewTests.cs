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

    private ClockSkew Measured(TimeSpan offset)
    {
        var skew = new ClockSkew(_time);
        Assert.True(skew.Measure(_time.GetUtcNow() + offset));
        return skew;
    }

    private static TurnReport Turn(DateTimeOffset ended) =>
        new() { SessionId = "s", TurnIndex = 0, StartedUtc = ended.AddMinutes(-5), EndedUtc = ended, Outcome = TurnOutcome.Completed };
}
