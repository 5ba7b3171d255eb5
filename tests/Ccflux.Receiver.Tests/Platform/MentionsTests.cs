using Ccflux.Receiver.Platform;

namespace Ccflux.Receiver.Tests.Platform;

public sealed class MentionsTests
{
    [Theory]
    [InlineData("amara@example.org", "X")]
    [InlineData("Amara@Example.org laptop", "X laptop")]
    [InlineData("of amara@example.org.", "of X.")]
    [InlineData("(amara@example.org, amara@example.org)", "(X, X)")]
    [InlineData("xamara@example.org", "xamara@example.org")]
    [InlineData("x.amara@example.org", "x.amara@example.org")]
    [InlineData("amara@example.org.uk", "amara@example.org.uk")]
    [InlineData("amara@example.organisation amara@example.org", "amara@example.organisation X")]
    [InlineData("", "")]
    public void Replace_FindsWholeAddressesOnly(string text, string expected) => Assert.Equal(expected, Mentions.Replace(text, "amara@example.org", "X"));

    [Theory]
    [InlineData("a_b%c@x", @"%a\_b\%c@x%")]
    [InlineData(@"a\b", @"%a\\b%")]
    public void Pattern_TakesEveryCharacterAsItself(string address, string expected) => Assert.Equal(expected, Mentions.Pattern(address));
}
