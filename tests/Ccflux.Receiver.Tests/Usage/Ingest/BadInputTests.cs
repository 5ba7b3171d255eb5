using System.Text;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>Whatever is posted gets a documented answer: no 500, no stack trace, no hang.</summary>
public sealed class BadInputTests
{
    private const string Valid = """
        {"schema_version":2,"client":{"name":"ccflux","version":"1"},"turns":[{"session_id":"s","turn_index":0,"started_utc":"2026-11-20T11:00:00Z","ended_utc":"2026-11-20T11:01:00Z","outcome":"completed","models":{"m":{"input_tokens":1,"output_tokens":1}}}]}
        """;

    private static (string What, string Body)[] Bodies() =>
    [
        ("empty", ""),
        ("truncated", Valid[..120]),
        ("not an object", "[1,2]"),
        ("null", "null"),
        ("a number", "1"),
        ("unknown schema", """{"schema_version":3}"""),
        ("schema as text", """{"schema_version":"2"}"""),
        ("no schema and no fields", "{}"),
        ("no turns", """{"schema_version":2,"client":{"name":"c","version":"1"},"turns":[]}"""),
        ("turns null", """{"schema_version":2,"client":{"name":"c","version":"1"},"turns":null}"""),
        ("turn null", """{"schema_version":2,"client":{"name":"c","version":"1"},"turns":[null]}"""),
        ("client null", """{"schema_version":2,"client":null,"turns":[]}"""),
        ("negative", Valid.Replace("\"input_tokens\":1", "\"input_tokens\":-1", StringComparison.Ordinal)),
        ("overflow", Valid.Replace("\"input_tokens\":1", "\"input_tokens\":99999999999999999999", StringComparison.Ordinal)),
        ("beyond the limit", Valid.Replace("\"input_tokens\":1", "\"input_tokens\":10000000001", StringComparison.Ordinal)),
        ("fraction", Valid.Replace("\"input_tokens\":1", "\"input_tokens\":1.5", StringComparison.Ordinal)),
        ("part larger than its whole", Valid.Replace("\"output_tokens\":1", "\"output_tokens\":1,\"fast\":{\"input_tokens\":2}", StringComparison.Ordinal)),
        ("negative index", Valid.Replace("\"turn_index\":0", "\"turn_index\":-1", StringComparison.Ordinal)),
        ("huge index", Valid.Replace("\"turn_index\":0", "\"turn_index\":2147483647", StringComparison.Ordinal)),
        ("year 1", Valid.Replace("2026-11-20T11:00:00Z", "0001-01-01T00:00:00Z", StringComparison.Ordinal)),
        ("no time", Valid.Replace("2026-11-20T11:00:00Z", "soon", StringComparison.Ordinal)),
        ("ends before it starts", Valid.Replace("2026-11-20T11:01:00Z", "2026-11-20T10:01:00Z", StringComparison.Ordinal)),
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
        ("models null", Valid.Replace("{\"m\":{\"input_tokens\":1,\"output_tokens\":1}}", "null", StringComparison.Ordinal)),
        ("model null", Valid.Replace("{\"input_tokens\":1,\"output_tokens\":1}", "null", StringComparison.Ordinal)),
        ("21 models", Valid.Replace("\"m\":{\"input_tokens\":1,\"output_tokens\":1}", string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"m{i}\":{{}}")), StringComparison.Ordinal)),
        ("deep", "{\"schema_version\":2,\"x\":" + new string('[', 5000) + new string(']', 5000) + "}"),
        ("deep before the schema", "{\"x\":" + new string('[', 5000) + new string(']', 5000) + ",\"schema_version\":2}"),
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
