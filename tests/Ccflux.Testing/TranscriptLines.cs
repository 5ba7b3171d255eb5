using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ccflux.Testing;

/// <summary>Lines as Claude Code 2.1 writes them, with the fields that matter in the order it writes them. Instants are seconds after <see cref="Start"/>.</summary>
public static partial class TranscriptLines
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Escapes as the client does: only what must be escaped.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string At(double seconds) =>
        Start.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same lines as the client links them: each that has a uuid follows the one before.</summary>
    public static string[] InChain(params string[] lines)
    {
        var parent = "null";
        var linked = new string[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            linked[i] = Parent().Replace(lines[i], $"\"parentUuid\":{parent},", 1);
            parent = Uuid().Match(lines[i]) is { Success: true } uuid ? $"\"{uuid.Groups["id"].Value}\"" : parent;
        }

        return linked;
    }

    /// <summary>The line in another session.</summary>
    public static string In(string session, string line) => line.Replace("\"sessionId\":\"s\"", $"\"sessionId\":\"{session}\"", StringComparison.Ordinal);

    /// <summary>The line without a request id, as other clouds and relays give none.</summary>
    public static string WithoutRequest(string line) => WithRequest(line, null);

    /// <summary>The line with another request id.</summary>
    public static string WithRequest(string line, string? id) => Request().Replace(line, id is null ? "" : $"\"requestId\":\"{id}\",", 1);

    /// <summary>The line as a fork has it: in the fork's session, with the session that made the request.</summary>
    public static string Forked(string fork, string session, string line) =>
        In(fork, line).Replace("\"requestId\":", $"\"requestSessionId\":\"{session}\",\"requestId\":", StringComparison.Ordinal);

    /// <summary>A user's line with a prompt id.</summary>
    public static string WithPrompt(string line, string id) => line.Replace("\"type\":\"user\"", $"\"promptId\":\"{id}\",\"type\":\"user\"", StringComparison.Ordinal);

    public static string Enqueue(double at) => $$$"""{"type":"queue-operation","operation":"enqueue","timestamp":"{{{At(at)}}}","sessionId":"s"}""";

    public static string Prompt(double at, string uuid, string text = "Please do it") =>
        $$$"""{"parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":{{{JsonSerializer.Serialize(text, Plain)}}}},"uuid":"{{{uuid}}}","timestamp":"{{{At(at)}}}","promptSource":"sdk","turnOrigin":"sdk","entrypoint":"sdk-cli","sessionId":"s","version":"2.1.329"}""";

    public static string ToolResult(double at) =>
        $$$"""{"parentUuid":"p","isSidechain":false,"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"done"}]},"uuid":"{{{Guid.NewGuid()}}}","timestamp":"{{{At(at)}}}","toolUseResult":{"stdout":"done","usage":{"input_tokens":999,"output_tokens":999}},"version":"2.1.329"}""";

    public static string Interrupt(double at) =>
        $$$"""{"parentUuid":"p","isSidechain":false,"type":"user","message":{"role":"user","content":[{"type":"text","text":"[Request interrupted by user]"}]},"uuid":"{{{Guid.NewGuid()}}}","timestamp":"{{{At(at)}}}"}""";

    public static string Message(
        double at,
        string id,
        long input = 10,
        long output = 20,
        long cacheRead = 0,
        long cacheWrite = 0,
        long cacheWrite1h = 0,
        string model = "claude-opus-5-5",
        string? stop = "end_turn",
        string? agentCall = null,
        bool sidechain = false,
        string speed = "standard")
    {
        var content = agentCall is null
            ? """{"type":"text","text":"Here is \"usage\":{ in a text"}"""
            : $$$"""{"type":"tool_use","id":"{{{agentCall}}}","name":"Agent","input":{"usage":{"output_tokens":77},"prompt":"x"}}""";
        var stopReason = stop is null ? "null" : $"\"{stop}\"";
        return $$$"""{"parentUuid":"p","isSidechain":{{{(sidechain ? "true" : "false")}}},"message":{"id":"{{{id}}}","type":"message","role":"assistant","model":"{{{model}}}","content":[{{{content}}}],"stop_reason":{{{stopReason}}},"usage":{"input_tokens":{{{input}}},"cache_creation_input_tokens":{{{cacheWrite}}},"cache_read_input_tokens":{{{cacheRead}}},"output_tokens":{{{output}}},"cache_creation":{"ephemeral_1h_input_tokens":{{{cacheWrite1h}}},"ephemeral_5m_input_tokens":{{{cacheWrite - cacheWrite1h}}}},"iterations":[{"input_tokens":5}],"speed":"{{{speed}}}"}},"requestId":"req_{{{id}}}","type":"assistant","uuid":"{{{Guid.NewGuid()}}}","timestamp":"{{{At(at)}}}","entrypoint":"sdk-cli","sessionId":"s","version":"2.1.329"}""";
    }

    public static string Failure(double at, string id, string error = "rate_limit") =>
        $$$"""{"parentUuid":"p","isSidechain":false,"type":"assistant","uuid":"u-{{{id}}}","timestamp":"{{{At(at)}}}","message":{"id":"{{{id}}}","model":"<synthetic>","role":"assistant","stop_reason":"stop_sequence","type":"message","usage":{"input_tokens":0,"output_tokens":0},"content":[{"type":"text","text":"API Error"}]},"error":"{{{error}}}","isApiErrorMessage":true,"entrypoint":"sdk-cli","version":"2.1.329"}""";

    public static string Retry(double at, string window = "five_hour", long resetsAt = 1_795_252_208) =>
        $$$"""{"parentUuid":"p","isSidechain":false,"type":"system","subtype":"api_error","level":"error","error":{"status":429,"rateLimits":{"rateLimitType":"{{{window}}}","resetsAt":{{{resetsAt}}}},"noResponse":null},"retryAttempt":1,"timestamp":"{{{At(at)}}}"}""";

    [GeneratedRegex("\"parentUuid\":[^,]*,", RegexOptions.None, 1000)]
    private static partial Regex Parent();

    [GeneratedRegex("\"uuid\":\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex("\"requestId\":\"[^\"]*\",", RegexOptions.None, 1000)]
    private static partial Regex Request();
}
