using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccflux.Receiver.Platform.Http.Ingest;

/// <summary>Turns a body into a value, or states what is wrong with it.</summary>
/// <param name="content">The body, decompressed.</param>
/// <param name="fault">For the sender; never quotes the body. Empty if there is a value.</param>
internal delegate T? BodyParser<out T>(ReadOnlySpan<byte> content, out string fault)
    where T : class;

/// <summary>Bodies that are JSON.</summary>
internal static class JsonBody
{
    /// <param name="type">The type of the body.</param>
    /// <param name="rules">What is wrong with a value, or null. It names the field and its limit.</param>
    /// <param name="malformed">The fault of what is not JSON of that type.</param>
    public static BodyParser<T> Parser<T>(JsonTypeInfo<T> type, Func<T, string?> rules, string malformed)
        where T : class => (ReadOnlySpan<byte> content, out string fault) =>
    {
        var value = Deserialize(content, type);
        fault = value is null ? malformed : rules(value) ?? "";
        return fault.Length == 0 ? value : null;
    };

    /// <summary>A small body of the API; null if it is too large, compressed with anything but gzip, or malformed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">The maximum number of bytes.</param>
    /// <param name="type">The type of the body.</param>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, int limit, JsonTypeInfo<T> type)
        where T : class
    {
        using var body = await BodyReader.ReadAsync(request, limit, room: 0, request.HttpContext.RequestAborted);
        return body.Status == BodyStatus.Read ? Deserialize(body.Content, type) : null;
    }

    /// <summary>Null for anything malformed: the parser's message may quote the input, so it goes no further.</summary>
    private static T? Deserialize<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return BodyJson.Deserialize(content, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
