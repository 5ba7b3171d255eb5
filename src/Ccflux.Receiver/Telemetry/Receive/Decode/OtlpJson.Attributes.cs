using System.Text.Json;
using Ccflux.Receiver.Telemetry.Receive.Normalize;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The attributes of a resource, scope, record or point: <c>[{"key":"model","value":{"stringValue":"claude-opus-4-8"}}]</c>.</summary>
internal sealed partial class OtlpJson
{
    private void ReadAttributes(ref Utf8JsonReader reader)
    {
        for (var list = reader.EnterList(); list && reader.NextObject();)
        {
            ReadAttribute(ref reader, _attributes);
        }
    }

    private void ReadAttribute(ref Utf8JsonReader reader, AttributeSet set)
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
        var key = AttributeNames.Find(hash);
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
                set.Identify(key, name, StableHash.Of(source.AsSpan(start, length)));
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
                var start = (int)reader.TokenStartIndex;
                reader.SkipValue();
                set.Identify(key, name, StableHash.Of(body.AsSpan(start, (int)reader.BytesConsumed - start)));
            }
        }
    }
}
