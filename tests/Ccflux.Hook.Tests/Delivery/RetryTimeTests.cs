using Ccflux.Hook.Delivery;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class RetryTimeTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccflux-retry-");

    private string File => Path.Combine(_folder.FullName, "retry_at");

    [Theory]
    [InlineData(1, true)]
    [InlineData(86_400_000, true)]
    [InlineData(86_400_001, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    public void Read_ATimeOfTheNextDay_IsObeyed(long milliseconds, bool obeyed)
    {
        var at = s_now.AddMilliseconds(milliseconds);

        RetryTime.Write(File, at);

        Assert.Equal(obeyed ? at : null, RetryTime.Read(File, s_now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1795176000001 ")]
    [InlineData("-1795176000001")]
    public void Read_ADamagedFile_PreventsNothing(string text)
    {
        System.IO.File.WriteAllText(File, text);

        Assert.Null(RetryTime.Read(File, s_now));
    }

    [Fact]
    public void Read_NoFile_PreventsNothing() => Assert.Null(RetryTime.Read(File, s_now));

    public void Dispose() => _folder.Delete(recursive: true);
}
