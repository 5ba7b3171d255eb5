using System.Text;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>Whatever is posted gets a documented answer: no 500, no stack trace, no hang.</summary>
public sealed class BadInputTests
{
    private const string Valid = """
        {"schema_version":3,"client":{"name":"ccflux","version":"1"},"models":["m"],"sessions":[{"session_id":"s","turns":[{"key":"00000000000000aa","started":1795172400000,"ended":1795172460000,"outcome":"completed"}],"requests":[["00000000000000bb",1795172460000,0,0,16,2,1,1,0,0,0,0]]}]}
        """;

    private static string Figures(string figures) => Valid.Replace("1,1,0,0,0,0]", figures + "]", StringComparison.Ordinal);

    private static (string What, string Body)[] Bodies() =>
    [
        ("empty", ""),
        ("truncated", Valid[..120]),
        ("not an object", "[1,2]"),
        ("null", "null"),
        ("a number", "1"),
        ("schema 2", """{"schema_version":2}"""),
        ("unknown schema", """{"schema_version":4}"""),
        ("schema as text", """{"schema_version":"3"}"""),
        ("no schema and no fields", "{}"),
        ("no sessions", """{"schema_version":3,"client":{"name":"c","version":"1"},"sessions":[]}"""),
        ("sessions null", """{"schema_version":3,"client":{"name":"c","version":"1"},"sessions":null}"""),
        ("session null", """{"schema_version":3,"client":{"name":"c","version":"1"},"sessions":[null]}"""),
        ("client null", """{"schema_version":3,"client":null,"sessions":[]}"""),
        ("negative", Figures("-1,1,0,0,0,0")),
        ("overflow", Figures("99999999999999999999,1,0,0,0,0")),
        ("beyond the limit", Figures("1,1000000001,0,0,0,0")),
        ("fraction", Figures("1.5,1,0,0,0,0")),
        ("text", Figures("\"1\",1,0,0,0,0")),
        ("too few figures", Figures("1,1")),
        ("turn that is not there", Valid.Replace(",0,0,16,2,", ",1,0,16,2,", StringComparison.Ordinal)),
        ("model that is not there", Valid.Replace(",0,0,16,2,", ",0,1,16,2,", StringComparison.Ordinal)),
        ("short key", Valid.Replace("00000000000000bb", "bb", StringComparison.Ordinal)),
        ("no key", Valid.Replace("00000000000000bb", "0000000000000000", StringComparison.Ordinal)),
        ("year 1", Valid.Replace("\"started\":1795172400000", "\"started\":-62135596800000", StringComparison.Ordinal)),
        ("no time", Valid.Replace("\"started\":1795172400000", "\"started\":\"soon\"", StringComparison.Ordinal)),
        ("ends before it starts", Valid.Replace("\"ended\":1795172460000", "\"ended\":1795172300000", StringComparison.Ordinal)),
        ("unknown outcome", Valid.Replace("completed", "exploded", StringComparison.Ordinal)),
        ("empty session", Valid.Replace("\"session_id\":\"s\"", "\"session_id\":\"\"", StringComparison.Ordinal)),
        ("long session", Valid.Replace("\"session_id\":\"s\"", $"\"session_id\":\"{new string('s', 65)}\"", StringComparison.Ordinal)),
        ("control character", Valid.Replace("\"session_id\":\"s\"", "\"session_id\":\"a\\u0000b\"", StringComparison.Ordinal)),
        ("lone surrogate", Valid.Replace("\"session_id\":\"s\"", "\"session_id\":\"\\ud800\"", StringComparison.Ordinal)),
        ("lone surrogate in a model's name", Valid.Replace("\"m\"", "\"\\udc00\"", StringComparison.Ordinal)),
        ("lone surrogate in a field's name", Valid.Replace("\"outcome\"", "\"\\ud83d\"", StringComparison.Ordinal)),
        ("lone surrogate in the first field's name", Valid.Replace("\"schema_version\"", "\"\\ud83d\"", StringComparison.Ordinal)),
        ("schema 1 lone surrogate", """{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z","models":{"\ud800":{}}}"""),
        ("long model", Valid.Replace("\"m\"", $"\"{new string('m', 129)}\"", StringComparison.Ordinal)),
        ("model null", Valid.Replace("[\"m\"]", "[null]", StringComparison.Ordinal)),
        ("201 models", Valid.Replace("\"m\"", string.Join(',', Enumerable.Range(0, 201).Select(i => $"\"m{i}\"")), StringComparison.Ordinal)),
        ("deep", "{\"schema_version\":3,\"x\":" + new string('[', 5000) + new string(']', 5000) + "}"),
        ("deep before the schema", "{\"x\":" + new string('[', 5000) + new string(']', 5000) + ",\"schema_version\":3}"),
        ("schema 1 without models", """{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z"}"""),
        ("schema 1 models null", """{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z","models":null}"""),
        ("schema 1 session null", """{"schema_version":1,"session_id":null,"turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z","models":{}}"""),
        ("schema 1 time", """{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"11:00","models":{}}"""),
        ("schema 1 model null", """{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z","models":{"m":null}}"""),
    ];

    [Fact]
    public async Task Report_MalformedBodies_AreInvalidPayloads()
    {
        await using var wire = await Wire.StartAsync(("RATE_LIMIT_PER_MINUTE", "1000"));
        var access = await wire.SignUpAsync();

        foreach (var (what, body) in Bodies())
        {
            using var response = await wire.ReportAsync(access, body);
            Assert.True((int)response.StatusCode == 400, $"{what}: {(int)response.StatusCode}");
            var text = await Wire.AssertRefusedAsync(response, 400, ErrorCodes.InvalidPayload);
            Assert.True(text.Length < 700, what);
        }

        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM turns"));
    }

    [Fact]
    public async Task Report_BytesThatAreNoReport_GetTheirAnswers()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var valid = Encoding.UTF8.GetBytes(Valid);
        var latin = Encoding.Latin1.GetBytes(Valid.Replace("\"s\"", "\"é\"", StringComparison.Ordinal));
        var bomb = Wire.Gzip(new byte[10 * 1024 * 1024]);
        var packed = Wire.Gzip(valid);

        async Task RefusedAsync(int status, string code, byte[] body, string? encoding = null) =>
            await Wire.AssertRefusedAsync(await wire.SendAsync(Routes.Report, access, body, encoding: encoding), status, code);

        await RefusedAsync(400, ErrorCodes.InvalidPayload, latin);
        Assert.True(bomb.Length < 64 * 1024);
        await RefusedAsync(413, ErrorCodes.TooLarge, new byte[(64 * 1024) + 1]);
        await RefusedAsync(413, ErrorCodes.TooLarge, new byte[5 * 1024 * 1024]);
        await RefusedAsync(413, ErrorCodes.TooLarge, bomb, "gzip");
        await RefusedAsync(400, ErrorCodes.InvalidPayload, valid, "gzip");
        await RefusedAsync(400, ErrorCodes.InvalidPayload, packed[..(packed.Length / 2)], "gzip");
        await RefusedAsync(400, ErrorCodes.InvalidPayload, packed, "br");
        await Wire.AssertStoredAsync(await wire.SendAsync(Routes.Report, access, valid));
    }

    [Fact]
    public async Task Report_BodyWithoutALength_IsCutAtTheLimit()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        using var response = await wire.SendAsync(Routes.Report, access, new byte[300_000], change: request => request.Headers.TransferEncodingChunked = true);

        await Wire.AssertRefusedAsync(response, 413, ErrorCodes.TooLarge);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"public_key\":\"AAAA\",\"device_id\":\"x\"}")]
    [InlineData("{\"public_key\":null,\"device_id\":null}")]
    [InlineData("{\"public_key\":\"\\ud800\",\"device_id\":\"x\"}")]
    [InlineData("{\"\\ud800\":\"\",\"device_id\":\"\\ud800\"}")]
    [InlineData("{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"device_id\":\"\"}")]
    [InlineData("{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"device_id\":\"a\\nb\"}")]
    public async Task RegisterKey_MalformedBody_IsAnInvalidPayload(string body)
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        await Wire.AssertRefusedAsync(await wire.SendAsync(Routes.RegisterKey, access, Encoding.UTF8.GetBytes(body)), 400, ErrorCodes.InvalidPayload);
    }
}
