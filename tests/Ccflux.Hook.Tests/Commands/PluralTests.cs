using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class PluralTests
{
    [Theory]
    [InlineData(0, "0 turns")]
    [InlineData(1, "1 turn")]
    [InlineData(30, "30 turns")]
    public void Of_SaysOneAndManyRightly(long count, string expected) => Assert.Equal(expected, Plural.Of(count, "turn"));
}
