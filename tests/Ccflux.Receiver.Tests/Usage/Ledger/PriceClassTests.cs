using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

public sealed class PriceClassTests
{
    [Theory]
    [InlineData(0, RequestFlags.None, 0)]
    [InlineData(100_000, RequestFlags.None, 0)]
    [InlineData(100_001, RequestFlags.None, 1)]
    [InlineData(200_000, RequestFlags.None, 1)]
    [InlineData(200_001, RequestFlags.None, 3)]
    [InlineData(1, RequestFlags.Fast, 4)]
    [InlineData(1, RequestFlags.UnitedStates, 8)]
    [InlineData(1, RequestFlags.Batch, 16)]
    [InlineData(200_001, RequestFlags.Priority | RequestFlags.Fast, 39)]
    [InlineData(200_001, RequestFlags.Fast | RequestFlags.UnitedStates | RequestFlags.Batch | RequestFlags.Priority, PriceClass.Count - 1)]
    [InlineData(1, RequestFlags.Split | RequestFlags.Partial | RequestFlags.OwnSession, 0)]
    public void Class_FollowsFromSizeAndTerms(long prompt, RequestFlags flags, int expected) => Assert.Equal(expected, PriceClass.Of(prompt, flags));

    [Fact]
    public void Terms_AreReadBack()
    {
        for (var terms = 0; terms < 16; terms++)
        {
            var each = PriceClass.Of(150_000, (RequestFlags)terms);
            Assert.Equal((RequestFlags)terms, PriceClass.TermsOf(each));
            Assert.True(PriceClass.IsOver100k(each));
            Assert.False(PriceClass.IsOver200k(each));
            Assert.InRange(each, 0, PriceClass.Count - 1);
        }
    }
}
