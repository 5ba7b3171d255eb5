using Ccflux.Receiver.Usage.Store;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>Where 5-hour windows begin and end.</summary>
public sealed class WindowRuleTests
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    /// <summary>20 November 2026, 12:00 UTC.</summary>
    private const long Noon = 1_795_176_000_000;

    [Theory]
    [InlineData(Noon, Noon)]
    [InlineData(Noon + 1, Noon)]
    [InlineData(Noon + Hour - 1, Noon)]
    [InlineData(Noon + Hour, Noon + Hour)]
    [InlineData(0, 0)]
    [InlineData(-1, -Hour)]
    [InlineData(-Hour, -Hour)]
    [InlineData(-Hour - 1, -2 * Hour)]
    public void StartFor_AnyInstant_IsItsFullHour(long instant, long expected) => Assert.Equal(expected, WindowRule.StartFor(instant));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData((5 * Hour) - 1, true)]
    [InlineData(5 * Hour, false)]
    public void Holds_FiveHoursFromItsStart_ExcludesTheEnd(long sinceStart, bool expected) => Assert.Equal(expected, WindowRule.Holds(Noon, Noon + sinceStart));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData((5 * Hour) - 1, Hour, true)]
    [InlineData(5 * Hour, Hour, false)]
    [InlineData(4 * Hour, (5 * Hour) - 1, true)]
    [InlineData(4 * Hour, 5 * Hour, false)]
    public void IsOpen_StartOrLastEventFiveHoursAgo_IsClosed(long sinceStart, long sinceLast, bool expected) =>
        Assert.Equal(expected, WindowRule.IsOpen(Noon - sinceStart, Noon - sinceLast, Noon));
}
