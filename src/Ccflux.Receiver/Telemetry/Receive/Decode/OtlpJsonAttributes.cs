using System.Text.Json;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Reads attributes as OTLP/JSON writes them: <c>{"key":"session.id","value":{"stringValue":"…"}}</c>. Values of unwanted names are skipped.</summary>
internal sealed class OtlpJsonAttributes(byte[] body, IRecordSink batch)
{
    /// <summary>Moves from the property's name to the end of its list.</summary>
    public void ReadList(ref Utf8JsonReader reader, AttributeSet set)
    {
        for (var list = reader.EnterList(); list && reader.NextObject();)
        {
            Read(ref reader, set);
        }
    }

    /// <summary>Reads one attribute, from its start to its end.</summary>
    public void Read(ref Utf8JsonReader reader, AttributeSet set)
    {
        ReadOnlySpan<byte> name = default;
        var value = default(Utf8JsonReader);
        var hasValue = false;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("key"u8))
            {
                reader.Read();
                name = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                value = reader;
                hasValue = true;
                reader.SkipValue();
            }
            else
            {
                reader.SkipValue();
            }
        }

        var hash = StableHash.Of(name);
        var key = batch.Attributes.Find(hash);
        if (key == AttributeKey.None)
        {
            batch.SawAttribute(hash, name);
        }

        if (hasValue && (key > AttributeKey.Dropped || batch.NeedsIdentity))
        {
            ReadValue(value, key, hash, set);
        }
    }

    private void ReadValue(Utf8JsonReader reader, AttributeKey key, ulong name, AttributeSet set)
    {
        var isRead = key > AttributeKey.Dropped;
        for (var value = reader.EnterObject(); value && reader.NextProperty();)
        {
            if (reader.ValueTextEquals("stringValue"u8))
            {
                reader.Read();
                var (source, start, length) = reader.Text(body);
                set.Identify(key, name, source.AsSpan(start, length));
                if (isRead)
                {
                    set.SetText(key, source, start, length);
                }
            }
            else if (reader.ValueTextEquals("intValue"u8))
            {
                var integer = reader.ReadInteger() ?? 0;
                set.Identify(key, name, (ulong)integer);
                if (isRead)
                {
                    set.SetInteger(key, integer);
                }
            }
            else if (reader.ValueTextEquals("doubleValue"u8))
            {
                var real = reader.ReadDouble() ?? 0;
                set.Identify(key, name, BitConverter.DoubleToUInt64Bits(real));
                if (isRead)
                {
                    set.SetDouble(key, real);
                }
            }
            else if (reader.ValueTextEquals("boolValue"u8))
            {
                reader.Read();
                var flag = reader.TokenType == JsonTokenType.True ? 1 : 0;
                set.Identify(key, name, (ulong)flag);
                if (isRead)
                {
                    set.SetInteger(key, flag);
                }
            }
            else
            {
                if (key == AttributeKey.SettingsSources && reader.ValueTextEquals("arrayValue"u8))
                {
                    ReadTexts(reader, key, set);
                }

                var start = (int)reader.TokenStartIndex;
                reader.SkipValue();
                set.Identify(key, name, body.AsSpan(start, (int)reader.BytesConsumed - start));
            }
        }
    }

    /// <summary>Joins the texts of a list into one. Works on a copy of the reader.</summary>
    private void ReadTexts(Utf8JsonReader look, AttributeKey key, AttributeSet set)
    {
        var texts = new TextList();
        if (look.EnterObject())
        {
            look.ReadLists("values", (ref value) =>
            {
                while (value.NextProperty())
                {
                    if (value.ValueTextEquals("stringValue"u8))
                    {
                        value.Read();
                        texts.Add(TextOf(ref value));
                    }
                    else
                    {
                        value.SkipValue();
                    }
                }
            });
        }

        texts.SetIn(set, key);
    }

    /// <summary>The text at the reader's position; empty for null.</summary>
    public ReadOnlySpan<byte> TextOf(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var (source, start, length) = reader.Text(body);
        return source.AsSpan(start, length);
    }
}
