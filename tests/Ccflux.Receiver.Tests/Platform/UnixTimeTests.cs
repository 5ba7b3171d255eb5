using System.Globalization;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Platform;

namespace Ccflux.Receiver.Tests.Platform;

public sealed class UnixTimeTests
{
    [Theory]
    [InlineData(UnixTime.SqlHour, UnixTime.Hour)]
    [InlineData(UnixTime.SqlDay, UnixTime.Day)]
    public void Lengths_InSqlAndInCode_AreTheSame(string inSql, long inCode) => Assert.Equal(inSql, inCode.ToString(CultureInfo.InvariantCulture));

    [Fact]
    public void Lengths_AreThoseOfTheirNames()
    {
        Assert.Equal(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(UnixTime.Hour));
        Assert.Equal(TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(UnixTime.Day));
        Assert.Equal(TimeSpan.FromHours(5), WindowLength.FiveHours);
    }

    [Fact]
    public void UntilTomorrow_LastSecondOfADay_IsOneSecond()
    {
        var now = new DateTimeOffset(2026, 11, 30, 0, 59, 59, TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromSeconds(1), UnixTime.UntilTomorrow(now));
    }
}
