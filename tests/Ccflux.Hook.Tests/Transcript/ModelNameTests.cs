using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>No path on the user's machine is sent as a model's name.</summary>
public sealed class ModelNameTests
{
    [Theory]
    [InlineData("claude-opus-5-5")]
    [InlineData("claude-opus-4-8[1m]")]
    [InlineData("anthropic/claude-opus-4.8")]
    [InlineData("openrouter/anthropic/claude-sonnet-5")]
    [InlineData("accounts/fireworks/models/llama-v3")]
    [InlineData("@cf/meta/llama-3.1-8b")]
    [InlineData("hf.co/unsloth/Qwen3-GGUF:Q4_K_M")]
    [InlineData("llama3:8b")]
    [InlineData("us.anthropic.claude-opus-5-5-v1:0")]
    [InlineData("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5-5")]
    [InlineData("projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5")]
    [InlineData("https://gateway.example.org/models/glm-5")]
    public void NameOfAGateway_Stays(string name) => Assert.Equal(name, ModelName.OfJson(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("/home/dev/models/foo.gguf", "foo.gguf")]
    [InlineData("/srv/models/llama/", "llama")]
    [InlineData(" /opt/m/foo", "foo")]
    [InlineData("~/models/foo.gguf", "foo.gguf")]
    [InlineData("~dev", "local")]
    [InlineData("./foo.gguf", "foo.gguf")]
    [InlineData("../secret-project/foo", "foo")]
    [InlineData("models/private/foo.safetensors", "foo.safetensors")]
    [InlineData("home/dev/foo", "foo")]
    [InlineData("x/../../etc/foo", "foo")]
    [InlineData("""C:\\models\\x""", "x")]
    [InlineData("C:/models/x.bin", "x.bin")]
    [InlineData("""\\\\server\\share\\x""", "x")]
    [InlineData("""models\\x""", "x")]
    [InlineData("file:///home/dev/foo.gguf", "foo.gguf")]
    [InlineData("file:foo.gguf", "foo.gguf")]
    [InlineData("FILE://C:/x", "x")]
    [InlineData("""\/home\/dev\/foo""", "foo")]
    [InlineData("""\u002fhome\u002fdev\u002ffoo""", "foo")]
    [InlineData("%2Fhome%2Fdev%2Ffoo", "foo")]
    [InlineData("$HOME/models/foo", "foo")]
    [InlineData("llama@/home/dev/foo", "foo")]
    [InlineData("/home/dev", "local")]
    [InlineData("""C:\\Users\\dev""", "local")]
    [InlineData("/", "local")]
    [InlineData("C:/", "local")]
    public void Path_IsNotTold(string written, string name) => Assert.Equal(name, ModelName.OfJson(Encoding.UTF8.GetBytes(written)));

    [Theory]
    [InlineData("", "unknown")]
    [InlineData("""\n\t""", "unknown")]
    [InlineData("""gl\u0000m-5""", "glm-5")]
    [InlineData("""bad\q\escape""", "escape")]
    public void NameTheReceiverWouldRefuse_IsMended(string written, string name) => Assert.Equal(name, ModelName.OfJson(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void LongName_IsCut()
    {
        Assert.Equal(ReportLimits.MaxModelName, ModelName.Of(new string('x', 500)).Length);
        Assert.Equal("unknown", ModelName.OfJson(Encoding.UTF8.GetBytes(new string('x', 5000))));
    }
}
