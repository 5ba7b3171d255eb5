using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Tests.Shell.Format;

public sealed class TimesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 15, 31, 46, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "now")]
    [InlineData(59, "now")]
    [InlineData(60, "1 min ago")]
    [InlineData(21 * 3600, "21 h ago")]
    [InlineData(3 * 86400, "3 d ago")]
    [InlineData(30 * 86400, "30 d ago")]
    [InlineData(31 * 86400, "20 Oct")]
    [InlineData(400 * 86400, "16 Oct 2025")]
    [InlineData(-30, "now")]
    public void Ago_AnyAge_NamesItsLargestUnit(int seconds, string expected) => Assert.Equal(expected, Times.Ago(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(40, "40 s")]
    [InlineData((28 * 60) + 59, "28 m")]
    [InlineData(5280, "1 h 28 m")]
    [InlineData(7200, "2 h")]
    [InlineData((3 * 86400) + (9 * 3600) + 1799, "3 d 9 h")]
    public void Left_AnyLength_HasTheTwoLargestUnits(int seconds, string expected) => Assert.Equal(expected, Times.Left(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Points_ThisYearOrNot_NameTheYearOnlyThen()
    {
        Assert.Equal("20 Nov, 15:31", Times.Point(Now, Now));
        Assert.Equal("20 Nov 2027", Times.Day(Now.AddYears(1), Now));
        Assert.Equal("22 Oct – 20 Nov 2026", Times.Days(new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 20)));
        Assert.Equal("31 Dec 2025 – 1 Jan 2026", Times.Days(new DateOnly(2025, 12, 31), new DateOnly(2026, 1, 1)));
        Assert.Equal("2026-11-20 15:31:46 UTC", Times.Exact(Now.ToOffset(TimeSpan.FromHours(5))));
    }
}
