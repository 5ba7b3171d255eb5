using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Tests.Shell.Format;

public sealed class DurationsTests
{
    [Theory]
    [InlineData(null, "—")]
    [InlineData(0.4, "0 ms")]
    [InlineData(999.4, "999 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(59_949.0, "59.9 s")]
    [InlineData(59_951.0, "1.0 min")]
    [InlineData(3_597_000.0, "1.0 h")]
    public void Milliseconds_OfAnyLength_AreInTheUnitThatSuits(double? value, string expected) =>
        Assert.Equal(expected, Durations.Milliseconds(value).Replace('\u00A0', ' '));

    [Theory]
    [InlineData(59L, "59 s")]
    [InlineData(800L, "13.3 min")]
    [InlineData(2_203_200L, "612.0 h")]
    public void Seconds_OfAnyLength_AreInTheUnitThatSuits(long value, string expected) =>
        Assert.Equal(expected, Durations.Seconds(value).Replace('\u00A0', ' '));
}
