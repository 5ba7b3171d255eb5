using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccflux.Contracts.Fleet;
using Xunit;

namespace Ccflux.Contracts.Tests.Fleet;

/// <summary>The fleet's payloads as they are sent: a change here breaks installed agents.</summary>
public sealed class FleetJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 14, 31, 46, TimeSpan.Zero);

    [Fact]
    public void Enrolment_OnTheWire_StaysAsItIs()
    {
        var request = new EnrolRequest
        {
            Code = "c0de",
            SigningKey = "AAAA",
            SealingKey = "BBBB",
            Machine = "build-3",
            Platform = "linux-x86_64",
            ConfigDirId = "0123456789abcdef",
            Version = "1.2.3",
        };

        Holds("""{"code":"c0de","signing_key":"AAAA","sealing_key":"BBBB","machine":"build-3","platform":"linux-x86_64","config_dir_id":"0123456789abcdef","version":"1.2.3"}""", request, FleetJson.Default.EnrolRequest);
        Holds("""{"agent_id":"a1","sealing_key":"CCCC","signing_key":"DDDD"}""", new EnrolReply { AgentId = "a1", SealingKey = "CCCC", SigningKey = "DDDD" }, FleetJson.Default.EnrolReply);
    }

    [Fact]
    public void Heartbeat_OnTheWire_StaysAsItIs()
    {
        var heartbeat = new Heartbeat
        {
            Sequence = 7,
            Agent = new AgentInfo { Version = "1.2.3", Platform = "linux-x86_64", Login = LoginPlace.File },
            Applied = "0123456789ab",
            Confirmed = [41],
            Refused = [new RefusedCommand(42, RefusalReasons.Superseded)],
            Sessions = [new LiveSession { SessionId = "s1", State = SessionState.Tool, Model = "claude-opus-5-5", Since = At }],
        };

        Holds(
            """{"schema_version":1,"sequence":7,"agent":{"version":"1.2.3","platform":"linux-x86_64","login":"file"},"applied":"0123456789ab","confirmed":[41],"refused":[{"id":42,"reason":"superseded"}],"sessions":[{"session_id":"s1","state":"tool","model":"claude-opus-5-5","since":"2026-11-20T14:31:46+00:00"}]}""",
            heartbeat,
            FleetJson.Default.Heartbeat);
    }

    [Theory]
    [InlineData("""{"schema_version":1,"sequence":1,"agent":{"version":"1","platform":"p","login":"none"},"confirmed":[],"refused":[]}""")]
    [InlineData("""{"schema_version":1,"sequence":1,"agent":{"version":"1","platform":"p","login":"none"},"confirmed":null,"refused":[],"sessions":[]}""")]
    [InlineData("""{"schema_version":1,"sequence":1,"agent":{"version":"1","platform":null,"login":"none"},"confirmed":[],"refused":[],"sessions":[]}""")]
    public void Heartbeat_WithAFieldMissingOrNull_IsRefused(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, FleetJson.Default.Heartbeat));
    }

    [Fact]
    public void Commands_OnTheWire_StayAsTheyAre()
    {
        var reply = new HeartbeatReply { Commands = [new SealedCommand { Id = 41, Kind = SealedCommand.Swap, IssuedAt = At, ExpiresAt = At.AddMinutes(5), Sealed = "AQ==", Signature = "Ag==" }], NextSeconds = FleetLimits.HeartbeatSeconds };

        Holds(
            """{"commands":[{"id":41,"kind":"swap","issued_at":"2026-11-20T14:31:46+00:00","expires_at":"2026-11-20T14:36:46+00:00","sealed":"AQ==","signature":"Ag=="}],"next_seconds":5}""",
            reply,
            FleetJson.Default.HeartbeatReply);
        Assert.Equal("ccflux command\na1\n41\nswap\n2026-11-20T14:31:46Z\n2026-11-20T14:36:46Z", reply.Commands[0].SealContext("a1"));
    }

    [Fact]
    public void Swap_OnTheWire_KeepsTheClientsOwnFormAndUnknownKeys()
    {
        const string Json = """{"account_label":"work","account_id":"u1","claudeAiOauth":{"accessToken":"a","refreshToken":"r","expiresAt":1795270000000,"someKey":[1]},"fingerprint":"0123456789ab","replaces":"ba9876543210"}""";
        var content = JsonSerializer.Deserialize(Json, FleetJson.Default.SwapContent)!;

        Assert.Equal(1, content.ClaudeAiOauth.GetProperty("someKey")[0].GetInt32());
        Holds(Json, content, FleetJson.Default.SwapContent);
    }

    [Theory]
    [InlineData("""{"account_label":"work","account_id":"u1","claudeAiOauth":{},"fingerprint":"0123456789ab"}""")]
    [InlineData("""{"account_label":"work","account_id":"u1","claudeAiOauth":{},"fingerprint":"0123456789ab","replaces":null}""")]
    public void Swap_ThatDoesNotSayWhatItReplaces_IsNone(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, FleetJson.Default.SwapContent));
    }

    [Fact]
    public void ReturnedLogin_OnTheWire_StaysAsItIs()
    {
        var returned = new ReturnedLogin { AccountIdHint = "u1", Replaces = "0123456789ab", HandedBack = true, Sealed = "AQ==" };

        Holds("""{"account_id_hint":"u1","replaces":"0123456789ab","handed_back":true,"sealed":"AQ=="}""", returned, FleetJson.Default.ReturnedLogin);
        Assert.Equal("ccflux credential\na1\nu1\n0123456789ab\nback", returned.SealContext("a1"));
        Holds("""{"claudeAiOauth":{"accessToken":"a"}}""", new ReturnedLoginContent { ClaudeAiOauth = JsonElement.Parse("""{"accessToken":"a"}""") }, FleetJson.Default.ReturnedLoginContent);
        Holds("""{"fingerprint":"0123456789ab"}""", new ReturnedLoginReply { Fingerprint = "0123456789ab" }, FleetJson.Default.ReturnedLoginReply);
    }

    [Theory]
    [InlineData("""{"accessToken":"a","refreshToken":"r"}""", "454349e422f0")]      // sha256("r")
    [InlineData("""{"accessToken":"a","refreshToken":""}""", "ca978112ca1b")]       // sha256("a")
    [InlineData("""{"accessToken":"a"}""", "ca978112ca1b")]
    [InlineData("""{"accessToken":"","refreshToken":"","expiresAt":0}""", null)]
    [InlineData("""{"accessToken":1}""", null)]
    [InlineData("[]", null)]
    public void Fingerprint_OfALogin_IsOfItsRefreshTokenFirst(string login, string? expected)
    {
        using var document = JsonDocument.Parse(login);

        Assert.Equal(expected, CredentialFingerprint.Of(document.RootElement));
    }

    private static void Holds<T>(string json, T value, JsonTypeInfo<T> type)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(value, type)));
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type)!, type));
    }
}
