using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Tests.Platform.Api;

public sealed class CsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@x", "\"'@x\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("  =1", "\"'  =1\"")]
    [InlineData("=\"a\"", "\"'=\"\"a\"\"\"")]
    [InlineData("a=1", "a=1")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("a\tb", "\"a\tb\"")]
    [InlineData("x;=1+1", "\"'x;=1+1\"")]
    [InlineData("x\t=1+1", "\"'x\t=1+1\"")]
    [InlineData("x; @sum", "\"'x; @sum\"")]
    [InlineData("x\r\n-1", "\"'x\r\n-1\"")]
    [InlineData("x\";+1", "\"'x\"\";+1\"")]
    [InlineData("\uFF1D1+1", "\"'\uFF1D1+1\"")]
    [InlineData("\uFF0B1", "\"'\uFF0B1\"")]
    [InlineData("\uFF0D1", "\"'\uFF0D1\"")]
    [InlineData("x;\uFF20y", "\"'x;\uFF20y\"")]
    public void Text_IsQuotedAndInert(string text, string cell)
    {
        var columns = new ApiColumns<string>().Text("text", row => row);

        Assert.Equal($"text\r\n{cell}\r\n", Csv.Write(columns.List, [text]));
    }

    [Fact]
    public void Figures_AreWrittenPlainly()
    {
        var columns = new ApiColumns<int>()
            .Integer("whole", _ => -12)
            .Number("money", _ => 1.250000m)
            .Share("share", _ => 0.5)
            .Flag("flag", _ => true)
            .Day("day", _ => new DateOnly(2026, 11, 20))
            .Instant("instant", _ => new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.FromHours(1)))
            .Instant("nothing", _ => null);

        Assert.Equal(
            "whole,money,share,flag,day,instant,nothing\r\n-12,1.25,0.5,true,2026-11-20,2026-11-20T11:00:00.000Z,\r\n",
            Csv.Write(columns.List, [1]));
    }
}
