using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Hook.Install;
using Xunit;

namespace Ccflux.Hook.Tests.Install;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1,\"n\":{\"x\":true}}")]
    [InlineData("{ \"a\" : 1, \"b\" : 2 }\n", "{ \"a\" : 1, \"b\" : 2, \"n\" : {\"x\":true} }\n")]
    [InlineData("{\n\t\"a\": 1\n}\n", "{\n\t\"a\": 1,\n\t\"n\": {\n\t\t\"x\": true\n\t}\n}\n")]
    [InlineData("{\r\n    \"a\": 1\r\n}", "{\r\n    \"a\": 1,\r\n    \"n\": {\r\n        \"x\": true\r\n    }\r\n}")]
    [InlineData("{}", "{\n  \"n\": {\n    \"x\": true\n  }\n}")]
    [InlineData("\n", "{\n  \"n\": {\n    \"x\": true\n  }\n}\n")]
    [InlineData("{\"n\":{},\"a\":1}", "{\"n\":{\"x\":true},\"a\":1}")]
    [InlineData("{\n  \"n\": {},\n  \"a\": 1\n}", "{\n  \"n\": {\n    \"x\": true\n  },\n  \"a\": 1\n}")]
    [InlineData("{\"n\":\"text\"}", "{\"n\":{\"x\":true}}")]
    [InlineData("{\"n\":{\"x\":1},\"n\":{\"x\":false}}", "{\"n\":{\"x\":1},\"n\":{\"x\":true}}")]
    [InlineData("{\"n\":{\"x\":  true}}", "{\"n\":{\"x\":  true}}")]
    public void Set_AnyLayout_ChangesNothingElse(string before, string after)
    {
        var text = JsonText.Parse(Encoding.UTF8.GetBytes(before));

        text.Set(["n", "x"], true);

        Assert.Equal(after, Encoding.UTF8.GetString(text.ToBytes()));
    }

    [Theory]
    [InlineData("{\"a\":1,\"n\":2,\"b\":3}", "{\"a\":1,\"b\":3}")]
    [InlineData("{\n  \"n\": 1,\n  \"b\": 3\n}", "{\n  \"b\": 3\n}")]
    [InlineData("{\n  \"a\": 1,\n  \"n\": 3\n}", "{\n  \"a\": 1\n}")]
    [InlineData("{ \"n\": [1, {\"n\": 2}] }", "{}")]
    [InlineData("{\"n\":1,\"a\":{\"n\":0},\"n\":2}", "{\"a\":{\"n\":0}}")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    public void Remove_AnyPlace_LeavesNoneOfThatName(string before, string after)
    {
        var text = JsonText.Parse(Encoding.UTF8.GetBytes(before));

        text.Remove("n");

        Assert.Equal(after, Encoding.UTF8.GetString(text.ToBytes()));
    }

    [Theory]
    [InlineData("{\"a\":\"ü\\u00fc <&>\",\"deep\":{\"list\":[1,2]}}")]
    [InlineData("{\n    \"a\": 1.50,\n    \"a\": 2e3\n}\n\n")]
    public void SetThenRemove_RestoresEveryByte(string before)
    {
        var text = JsonText.Parse(Encoding.UTF8.GetBytes(before));

        text.Set(["new", "one"], new JsonObject { ["list"] = new JsonArray("x") });
        text.Remove("new");

        Assert.Equal(before, Encoding.UTF8.GetString(text.ToBytes()));
    }

    [Fact]
    public void Text_OfSeveralOfOneName_IsTheLasts()
    {
        var text = JsonText.Parse("{\"model\":\"opus\",\"env\":{\"A\":\"1\"},\"model\":\"sonnet\",\"env\":{\"A\":2}}"u8.ToArray());

        Assert.Equal(("sonnet", "2"), (text.Text("model"), text.Text("env", "A")));
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1} // comment")]
    [InlineData("\uFEFF{}")]
    public void Parse_NoJsonObject_IsRefused(string text) => Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(text)));
}
