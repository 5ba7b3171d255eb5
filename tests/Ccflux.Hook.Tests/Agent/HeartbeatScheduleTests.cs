using Ccflux.Hook.Agent;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

public sealed class HeartbeatScheduleTests
{
    [Theory]
    [InlineData(1, null, 5)]
    [InlineData(3, null, 20)]
    [InlineData(9, null, 60)]
    [InlineData(1, 2, 5)] // sooner than its normal schedule: there is no need
    [InlineData(1, 25, 25)]
    [InlineData(1, 3600, 60)] // sessions must not disappear for an hour because of one answer
    public void Failure_WithARetryAfter_WaitsAtLeastThatUpToAMinute(int failures, int? asked, int seconds)
    {
        var wait = HeartbeatSchedule.AfterFailure(failures, asked is { } after ? TimeSpan.FromSeconds(after) : null, share: 0);

        Assert.Equal(TimeSpan.FromSeconds(seconds), wait);
        Assert.Equal(1.25 * wait, HeartbeatSchedule.AfterFailure(failures, asked is { } same ? TimeSpan.FromSeconds(same) : null, share: 1));
    }
}
