using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Tests.Platform.Api;

public sealed class FileNamesTests
{
    [Fact]
    public void Name_OfHostileParts_IsOneThatEveryFileSystemTakes() => Assert.Equal(
        "ccflux-usage_30d_..-..-etc_a-b--c-d@example.org.csv",
        FileNames.Of("usage", "csv", "30d", null, "", "../../etc", "a\"b\r\nc/d@example.org"));

    [Fact]
    public void Name_OfALongPart_IsCut() => Assert.Equal("ccflux-usage_" + new string('a', 60) + ".csv", FileNames.Of("usage", "csv", new string('a', 300)));
}
