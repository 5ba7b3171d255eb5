using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Reads one element of a list, from its start to its end.</summary>
internal delegate void ReadElement(ref Utf8JsonReader reader);

/// <summary>Steps through OTLP's JSON: objects, lists, and numbers that may be written as text.</summary>
internal static class JsonCursor
{
    /// <summary>Moves from the start of an object, or from after a value, to the next property's name. False at the end of the object.</summary>
    public static bool NextProperty(this scoped ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves from a property's name into its object; false, and skipped, if the value is not an object.</summary>
    public static bool EnterObject(this scoped ref Utf8JsonReader reader) => reader.Enter(JsonTokenType.StartObject);

    public static bool EnterList(this scoped ref Utf8JsonReader reader) => reader.Enter(JsonTokenType.StartArray);

    /// <summary>Moves to the next object in a list. Other elements are an error.</summary>
    public static bool NextObject(this scoped ref Utf8JsonReader reader) => reader.Read() && reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.EndArray => false,
        _ => throw new OtlpFormatException("a list contains something other than objects"),
    };

    /// <summary>Moves from the start of an object to its end and reads each element of the list called <paramref name="name"/>.</summary>
    public static void ReadLists(this ref Utf8JsonReader reader, string name, ReadElement read)
    {
        while (reader.NextProperty())
        {
            if (!reader.ValueTextEquals(name))
            {
                reader.SkipValue();
                continue;
            }

            for (var list = reader.EnterList(); list && reader.NextObject();)
            {
                read(ref reader);
            }
        }
    }

    /// <summary>Moves from a property's name to the end of its value.</summary>
    public static void SkipValue(this scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>A 64-bit number, written as a number or as text; 0 for null.</summary>
    public static ulong ReadFixed64(this scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => 0,
            JsonTokenType.Number when reader.TryGetUInt64(out var number) => number,
            JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out ulong number, out var used) && used == reader.ValueSpan.Length => number,
            _ => throw new OtlpFormatException("a time is not a whole number"),
        };
    }

    /// <summary>A real number, written as a number or as text, including NaN and infinities.</summary>
    public static double? ReadDouble(this scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out double number, out var used) && used == reader.ValueSpan.Length => number,
            _ => throw new OtlpFormatException("a value is not a number"),
        };
    }

    /// <summary>A whole number, written as a number or as text.</summary>
    public static long? ReadInteger(this scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
            JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out long number, out var used) && used == reader.ValueSpan.Length => number,
            _ => throw new OtlpFormatException("a value is not a whole number"),
        };
    }

    /// <summary>Locates the text at the reader's position: in the body or, if it contains escapes, in an array of its own.</summary>
    public static (byte[] Source, int Start, int Length) Text(this scoped ref Utf8JsonReader reader, byte[] body)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw new OtlpFormatException("a text is missing");
        }

        if (!reader.ValueIsEscaped)
        {
            return (body, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        var own = new byte[reader.ValueSpan.Length];
        return (own, 0, Unescape(reader.ValueSpan, own));
    }

    /// <summary>Like <see cref="Utf8JsonReader.CopyString(Span{byte})"/>, except that half a surrogate pair becomes U+FFFD instead of an exception: a client
    /// that cuts a text in the middle of an emoji loses that character, not the message.</summary>
    /// <param name="escaped">A well-formed JSON string without its quotes.</param>
    /// <param name="text">Of the same length; unescaping never lengthens.</param>
    private static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> text)
    {
        var length = 0;
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\');
            var run = plain < 0 ? escaped : escaped[..plain];
            run.CopyTo(text[length..]);
            length += run.Length;
            if (plain < 0)
            {
                break;
            }

            var code = escaped[plain + 1];
            escaped = escaped[(plain + 2)..];
            if (code != 'u')
            {
                text[length++] = code switch { (byte)'b' => 8, (byte)'t' => 9, (byte)'n' => 10, (byte)'f' => 12, (byte)'r' => 13, _ => code };
                continue;
            }

            var first = Hex(ref escaped);
            var isPair = char.IsHighSurrogate(first) && escaped is [(byte)'\\', (byte)'u', ..] && PeekHex(escaped[2..]) is var second && char.IsLowSurrogate(second);
            var rune = isPair ? new Rune(first, Hex(ref escaped, skip: 2)) : Rune.TryCreate(first, out var single) ? single : Rune.ReplacementChar;
            length += rune.EncodeToUtf8(text[length..]);
        }

        return length;
    }

    private static char PeekHex(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits[..4], out ushort value, out _, 'x') ? (char)value : default;

    private static char Hex(ref ReadOnlySpan<byte> escaped, int skip = 0)
    {
        var value = PeekHex(escaped[skip..]);
        escaped = escaped[(skip + 4)..];
        return value;
    }

    private static bool Enter(this scoped ref Utf8JsonReader reader, JsonTokenType start)
    {
        reader.Read();
        if (reader.TokenType == start)
        {
            return true;
        }

        reader.Skip();
        return reader.TokenType == JsonTokenType.Null ? false : throw new OtlpFormatException("a field has a type other than OTLP's");
    }
}
