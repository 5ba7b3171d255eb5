using System.Text;
using System.Text.Json;
using Ccflux.Hook.Agent.Swap;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary>The login changes and nothing else does.</summary>
public sealed class CredentialsTextTests
{
    private const string New = """{"accessToken":"new","refreshToken":"r"}""";

    [Theory]
    [InlineData("""{"claudeAiOauth":{"accessToken":"old"}}""", """{"claudeAiOauth":NEW,"ccfluxFleet":41}""")]
    [InlineData("{ \"a\" : 1.50 ,\n\t\"claudeAiOauth\" : null , \"z\":\"\\u00e9\" }\n", "{ \"a\" : 1.50 ,\n\t\"claudeAiOauth\" : NEW , \"z\":\"\\u00e9\",\"ccfluxFleet\":41 }\n")]
    [InlineData("""{"ccfluxFleet":7,"mcpOAuth":{"claudeAiOauth":{"x":1},"ccfluxFleet":3},"claudeAiOauth":{"a":{}}}""", """{"ccfluxFleet":41,"mcpOAuth":{"claudeAiOauth":{"x":1},"ccfluxFleet":3},"claudeAiOauth":NEW}""")]
    [InlineData("{}", """{"claudeAiOauth":NEW,"ccfluxFleet":41}""")]
    [InlineData("", """{"claudeAiOauth":NEW,"ccfluxFleet":41}""")]
    [InlineData("{\n  \"pluginSecrets\": {}\n}", "{\n  \"pluginSecrets\": {},\"claudeAiOauth\":NEW,\"ccfluxFleet\":41\n}")]
    public void Login_Exchanged_LeavesEveryOtherByte(string before, string after)
    {
        var text = CredentialsText.Parse(Encoding.UTF8.GetBytes(before))!.With(Encoding.UTF8.GetBytes(New), 41);

        Assert.Equal(after.Replace("NEW", New, StringComparison.Ordinal), Encoding.UTF8.GetString(text));
        var read = CredentialsText.Parse(text)!;
        Assert.Equal((New, 41L), (Encoding.UTF8.GetString(read.Login!), read.Mark!.Value));
        using var document = JsonDocument.Parse(text);
    }

    [Theory]
    [InlineData("""{"claudeAiOauth":{},"ccfluxFleet":41}""")]
    [InlineData("""{"ccfluxFleet":41,"claudeAiOauth":{}}""")]
    [InlineData("""{ "a":1 , "ccfluxFleet" : 41 , "claudeAiOauth":{} }""")]
    public void Mark_TakenOut_LeavesValidJson(string before)
    {
        var read = CredentialsText.Parse(CredentialsText.Parse(Encoding.UTF8.GetBytes(before))!.With(Encoding.UTF8.GetBytes(New), null))!;

        Assert.Equal((New, null), (Encoding.UTF8.GetString(read.Login!), read.Mark));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"claudeAiOauth\":")]
    [InlineData("{} {}")]
    [InlineData("null")]
    public void File_ThatIsDamaged_IsNotTouched(string text) => Assert.Null(CredentialsText.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Copy_OfALogin_HasNoRefreshTokenAndAllElse()
    {
        var login = LoginText.Of("""{"accessToken":"a","x":{"refreshToken":"inner"},"refreshToken":"r","expiresAt":1}"""u8.ToArray())!;

        var copy = login.WithoutRefreshToken();

        Assert.Equal("""{"accessToken":"a","x":{"refreshToken":"inner"},"refreshToken":"","expiresAt":1}""", Encoding.UTF8.GetString(copy.Json));
        Assert.True(login.CanRenew);
        Assert.False(copy.CanRenew);
    }
}
