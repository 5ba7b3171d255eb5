using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Tests.Shell.Format;

public sealed class NumbersTests
{
    [Theory]
    [InlineData(null, "—")]
    [InlineData(0L, "0")]
    [InlineData(999L, "999")]
    [InlineData(1_000L, "1.0k")]
    [InlineData(1_349L, "1.3k")]
    [InlineData(48_150L, "48.2k")]
    [InlineData(999_949L, "999.9k")]
    [InlineData(999_950L, "1.0M")]
    [InlineData(126_425_387L, "126.4M")]
    [InlineData(2_828_000_000L, "2.8B")]
    [InlineData(999_999_999_999L, "1.0T")]
    [InlineData(9_223_372_036_854_775_807L, "9\u202F223\u202F372.0T")]
    [InlineData(-1_500L, "−1.5k")]
    public void Compact_AnyValue_HasOneDecimalFromAThousandOn(long? value, string expected) => Assert.Equal(expected, Numbers.Compact(value));

    [Theory]
    [InlineData(0, "0 turns")]
    [InlineData(1, "1 turn")]
    [InlineData(61_380, "61\u202F380 turns")]
    public void Of_SaysOneAndManyRightly(long count, string expected) => Assert.Equal(expected, Numbers.Of(count, "turn"));

    [Theory]
    [InlineData(61_380L, "61\u202F380")]
    [InlineData(99_999L, "99\u202F999")]
    [InlineData(100_000L, "100.0k")]
    [InlineData(null, "—")]
    public void Count_UpTo99999_IsExact(long? value, string expected) => Assert.Equal(expected, Numbers.Count(value));

    [Theory]
    [InlineData(null, "—")]
    [InlineData(0.0, "0\u00A0%")]
    [InlineData(0.0004, "<\u00A01\u00A0%")]
    [InlineData(0.22, "22\u00A0%")]
    [InlineData(1.0, "100\u00A0%")]
    public void Share_BelowOnePercent_IsNeverZeroForSomething(double? share, string expected) => Assert.Equal(expected, Numbers.Share(share));

    [Fact]
    public void RatesAndChanges_AnySign_ShowTheirSize()
    {
        Assert.Equal("92.7\u00A0%", Numbers.Rate(0.9271));
        Assert.Equal("8.4\u00A0%", Numbers.Change(-0.084));
        Assert.Equal("0.6\u00A0pt", Numbers.Points(-0.006));
    }

    [Theory]
    [InlineData(null, "—")]
    [InlineData("0", "$0.00")]
    [InlineData("88.384", "$88.38")]
    [InlineData("99.994", "$99.99")]
    [InlineData("99.995", "$100")]
    [InlineData("4063.2", "$4\u202F063")]
    public void Money_FromAHundred_IsWhole(string? amount, string expected) =>
        Assert.Equal(expected, Numbers.Money(amount is null ? null : decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));
}
