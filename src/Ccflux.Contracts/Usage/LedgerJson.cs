using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Ccflux.Contracts.Usage;

/// <summary>A ledger key as 16 hexadecimal digits: a JSON number of 64 bits loses digits in many programs.</summary>
public sealed class LedgerKeyConverter : JsonConverter<long>
{
    private const int Digits = 16;

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadKey(ref reader);

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => WriteKey(writer, value);

    /// <summary>The digits of a key.</summary>
    public static string Text(long key) => key.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Whether a text is the digits of a key.</summary>
    public static bool TryParse(string text, out long key) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key) && text.Length == Digits && key != 0;

    internal static long ReadKey(ref Utf8JsonReader reader)
    {
        var text = reader.TokenType == JsonTokenType.String && !reader.HasValueSequence ? reader.ValueSpan : default;
        return Utf8Parser.TryParse(text, out long key, out var read, 'x') && read == Digits && text.Length == Digits && key != 0
            ? key
            : throw new JsonException("A key is 16 hexadecimal digits, not all of them 0.");
    }

    internal static void WriteKey(Utf8JsonWriter writer, long key)
    {
        Span<byte> digits = stackalloc byte[Digits];
        _ = key.TryFormat(digits, out _, "x16", CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits);
    }
}

/// <summary>A <see cref="ReportedRequest"/> as an array.</summary>
public sealed class ReportedRequestConverter : JsonConverter<ReportedRequest>
{
    /// <summary>What each place holds.</summary>
    public const string Names = "[key, at, turn, model, flags, origin, input, output, cache_read, cache_write_5m, cache_write_1h, web_searches]";

    public override ReportedRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            throw new JsonException($"A request is an array: {Names}.");
        }

        var key = LedgerKeyConverter.ReadKey(ref reader);
        var request = new ReportedRequest(
            key, Int64(ref reader), Int32(ref reader), Int32(ref reader), (RequestFlags)Int32(ref reader), Origin(Int32(ref reader)),
            Int64(ref reader), Int64(ref reader), Int64(ref reader), Int64(ref reader), Int64(ref reader), Int32(ref reader));

        // A newer client may say more.
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
        }

        return request;
    }

    public override void Write(Utf8JsonWriter writer, ReportedRequest value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        LedgerKeyConverter.WriteKey(writer, value.Key);
        writer.WriteNumberValue(value.At);
        writer.WriteNumberValue(value.Turn);
        writer.WriteNumberValue(value.Model);
        writer.WriteNumberValue((int)value.Flags);
        writer.WriteNumberValue((int)value.Origin);
        writer.WriteNumberValue(value.Input);
        writer.WriteNumberValue(value.Output);
        writer.WriteNumberValue(value.CacheRead);
        writer.WriteNumberValue(value.CacheWrite5m);
        writer.WriteNumberValue(value.CacheWrite1h);
        writer.WriteNumberValue(value.WebSearches);
        writer.WriteEndArray();
    }

    // An origin of a newer client: known to be one, not which.
    private static RequestOrigin Origin(int number) => number is >= 0 and < (int)RequestOrigin.Legacy ? (RequestOrigin)number : RequestOrigin.Other;

    private static long Int64(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw Fault();

    private static int Int32(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw Fault();

    private static JsonException Fault() => new($"A request is {Names}: whole numbers after the key.");
}
