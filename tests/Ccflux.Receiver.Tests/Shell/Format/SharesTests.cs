using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Tests.Shell.Format;

public sealed class SharesTests
{
    [Theory]
    [InlineData(0, 10, "v0")]
    [InlineData(1, 1_000_000, "v1")]
    [InlineData(5, 10, "v50")]
    [InlineData(10, 10, "v100")]
    [InlineData(11, 10, "v100")]
    [InlineData(1, 0, "v0")]
    public void Class_AnyPart_IsAWholePercentAndNeverZeroForSomething(double part, double whole, string expected) =>
        Assert.Equal(expected, Shares.Class(part, whole));
}
