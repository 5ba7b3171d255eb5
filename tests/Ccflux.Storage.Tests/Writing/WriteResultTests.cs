using Ccflux.Storage.Writing;
using Xunit;

namespace Ccflux.Storage.Tests.Writing;

public sealed class WriteResultTests
{
    [Fact]
    public void TryGet_Committed_GivesTheValue()
    {
        var result = new WriteResult<string>(WriteStatus.Committed, "row");

        Assert.True(result.IsCommitted);
        Assert.True(result.TryGet(out var value));
        Assert.Equal("row", value);
        Assert.Equal("row", result.Or("refused"));
    }

    [Theory]
    [InlineData(WriteStatus.QueueFull)]
    [InlineData(WriteStatus.StorageFailed)]
    public void TryGet_NotCommitted_GivesNone(WriteStatus status)
    {
        var result = new WriteResult<string>(status, null);

        Assert.False(result.IsCommitted);
        Assert.False(result.TryGet(out _));
        Assert.Equal("refused", result.Or("refused"));
    }
}
