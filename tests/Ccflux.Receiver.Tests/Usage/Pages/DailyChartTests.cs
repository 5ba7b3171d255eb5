using Ccflux.Receiver.Usage.Pages.Parts;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Tests.Usage.Pages;

public sealed class DailyChartTests
{
    private static readonly DateOnly s_first = new(2026, 11, 18);

    [Theory]
    [InlineData(null, 0)]
    [InlineData(-3, 0)]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(9, 3)]
    public void Days_BeforeTheFirstReport_AreAGap(int? firstReport, int knownFrom)
    {
        var days = Enumerable.Range(0, 3).Select(s_first.AddDays).ToList();
        var view = new DailyUsage(days, [], [0, 0, 0], null, firstReport is { } day ? s_first.AddDays(day) : null, null);

        Assert.Equal(knownFrom, DailyChart.Data(view, "").KnownFrom);
    }
}
