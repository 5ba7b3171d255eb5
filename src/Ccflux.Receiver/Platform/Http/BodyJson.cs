using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Reads JSON that a client sent. Any error in it is a <see cref="JsonException"/>.</summary>
internal static class BodyJson
{
    public static T? Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (InvalidOperationException exception)
        {
            // An escaped half of a surrogate pair is well-formed for the tokenizer, but cannot become a string.
            throw new JsonException("A text is not valid Unicode: it contains half a surrogate pair.", exception);
        }
    }
}
