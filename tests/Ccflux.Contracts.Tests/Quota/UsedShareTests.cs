using Ccflux.Contracts.Quota;
using Xunit;

namespace Ccflux.Contracts.Tests.Quota;

public sealed class UsedShareTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.04, "0")]
    [InlineData(41, "41")]
    [InlineData(83.5, "83.5")]
    [InlineData(70.1, "70.1")]
    [InlineData(16.29, "16.2")]
    [InlineData(99.99, "99.9")]
    [InlineData(100, "100")]
    [InlineData(104.56, "104.5")]
    public void Text_AnyFigure_HasOneDecimalAtMostAndIsNeverRoundedUp(double percent, string expected) => Assert.Equal(expected, UsedShare.Text(percent));
}
