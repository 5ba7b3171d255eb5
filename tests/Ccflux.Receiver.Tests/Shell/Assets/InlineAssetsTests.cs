using System.Text;
using Ccflux.Receiver.Shell.Assets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccflux.Receiver.Tests.Shell.Assets;

public sealed class InlineAssetsTests
{
    [Fact]
    public void Bundle_InsideADocument_CannotEndItsOwnElement()
    {
        var assets = new WebAssets(NullLogger<WebAssets>.Instance);
        Assert.SkipWhen(assets.Find(WebAssets.Script) is null, "the bundle was not built (npm run build in web/)");

        foreach (var name in new[] { WebAssets.Script, WebAssets.EarlyScript, WebAssets.Styles })
        {
            var text = Encoding.UTF8.GetString(assets.Find(name)!.Content);
            Assert.DoesNotContain("</script", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("</style", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<!--", text, StringComparison.Ordinal);
        }
    }
}
