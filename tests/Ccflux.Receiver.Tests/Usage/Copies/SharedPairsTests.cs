using Ccflux.Receiver.Usage.Copies;

namespace Ccflux.Receiver.Tests.Usage.Copies;

public sealed class SharedPairsTests
{
    [Theory]
    [InlineData(0, 1_000_000, 1)]
    [InlineData(999_999, 1_000_000, 1)]
    [InlineData(1_000_000, 1_000_000, 2)]
    [InlineData(100, 1, 101)]
    [InlineData(12, 5, 3)]
    public void Slices_CoverEveryKeyOnce(long requests, long keysAtOnce, int expected)
    {
        var slices = KeySlices.Of(requests, keysAtOnce).ToList();

        Assert.Equal(expected, slices.Count);
        Assert.Equal((long.MinValue, long.MaxValue), (slices[0].From, slices[^1].To));
        Assert.All(slices.Zip(slices.Skip(1)), pair => Assert.Equal(pair.First.To + 1, pair.Second.From));
        Assert.All(slices, slice => Assert.True(slice.From < slice.To));
    }

    [Fact]
    public void Pairs_AreBounded_AndSaySo()
    {
        var pairs = new SharedPairs();
        pairs.Add(Holders(1, SharedPairs.MaxHolders));
        Assert.Equal((SharedPairs.MaxHolders * (SharedPairs.MaxHolders - 1), false), (pairs.Found.Count, pairs.IsCut));

        pairs.Add(Holders(1, SharedPairs.MaxHolders + 1));
        Assert.Equal((SharedPairs.MaxHolders * (SharedPairs.MaxHolders - 1), true), (pairs.Found.Count, pairs.IsCut));

        for (var first = 100; first < 100 + (100 * SharedPairs.MaxHolders); first += SharedPairs.MaxHolders)
        {
            pairs.Add(Holders(first, SharedPairs.MaxHolders));
        }

        Assert.Equal(SharedPairs.MaxPairs, pairs.Found.Count);
        Assert.Equal(2, pairs.Found[(1, 2)].Requests);
    }

    private static HeldRequest[] Holders(int first, int count) => [.. Enumerable.Range(first, count).Select(user => new HeldRequest(user, 1, 1, 1, Counts: true))];
}
