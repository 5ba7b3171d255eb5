using Ccflux.Receiver.Fleet.Sessions;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What silence of an agent says about its sessions.</summary>
public sealed class SessionRuleTests
{
    [Theory]
    [InlineData(0, nameof(Presence.Live))]
    [InlineData(14_999, nameof(Presence.Live))]
    [InlineData(15_000, nameof(Presence.Stale))]
    [InlineData(59_999, nameof(Presence.Stale))]
    [InlineData(60_000, nameof(Presence.Gone))]
    [InlineData(86_400_000, nameof(Presence.Gone))]
    [InlineData(-1_000, nameof(Presence.Live))]
    public void Of_SomeSilence_IsTheStateThatBeginsThen(int milliseconds, string expected) =>
        Assert.Equal(expected, SessionRule.Of(TimeSpan.FromMilliseconds(milliseconds)).ToString());
}
