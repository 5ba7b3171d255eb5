using System.Text.Json;
using Ccflux.Receiver.Telemetry.Receive.Normalize;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>
/// Decodes the JSON form of OTLP export requests:
/// <c>{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"claude-code"}}]},"scopeLogs":[{"logRecords":[…]}]}]}</c>.
/// What stands in an unusual order is found by looking ahead, never by keeping it.
/// </summary>
internal sealed partial class OtlpJson(byte[] body, BatchBuilder batch)
{
    private readonly AttributeSet _resource = new();
    private readonly AttributeSet _attributes = new();

    private delegate void ReadRecord(ref Utf8JsonReader reader);

    public void Logs(int length) => ReadRequest(length, "resourceLogs", "scopeLogs", "logRecords", ReadLog);

    public void Metrics(int length) => ReadRequest(length, "resourceMetrics", "scopeMetrics", "metrics", ReadMetric);

    /// <summary>Spans are counted and dropped.</summary>
    public void Traces(int length) => ReadRequest(length, "resourceSpans", "scopeSpans", "spans", (ref reader) =>
    {
        reader.Skip();
        batch.AddSpan();
    });

    private void ReadRequest(int length, string resources, string scopes, string records, ReadRecord read)
    {
        var reader = new Utf8JsonReader(body.AsSpan(0, length));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new OtlpFormatException("the body is no JSON object");
        }

        while (reader.NextProperty())
        {
            if (!reader.ValueTextEquals(resources))
            {
                reader.SkipValue();
                continue;
            }

            for (var list = reader.EnterList(); list && reader.NextObject();)
            {
                ReadResource(reader);
                ReadLists(ref reader, scopes, (ref scope) =>
                {
                    batch.BeginScope(NameOfScope(scope));
                    ReadLists(ref scope, records, read);
                });
            }
        }

        // What follows the object is an error that only a further read finds.
        reader.Read();
    }

    /// <summary>From the start of an object to its end, reading each element of the list called <paramref name="name"/>.</summary>
    private static void ReadLists(ref Utf8JsonReader reader, string name, ReadRecord read)
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

    /// <summary>Works on a copy of the reader: a resource may stand behind its records.</summary>
    private void ReadResource(Utf8JsonReader look)
    {
        _resource.Clear();
        while (look.NextProperty())
        {
            if (!look.ValueTextEquals("resource"u8))
            {
                look.SkipValue();
            }
            else if (look.EnterObject())
            {
                ReadLists(ref look, "attributes", (ref pair) => ReadAttribute(ref pair, _resource));
            }
        }

        batch.BeginResource(_resource);
    }

    /// <summary>Works on a copy of the reader: a scope may be named behind its records.</summary>
    private ReadOnlySpan<byte> NameOfScope(Utf8JsonReader look)
    {
        while (look.NextProperty())
        {
            if (!look.ValueTextEquals("scope"u8))
            {
                look.SkipValue();
            }
            else if (look.EnterObject())
            {
                return NameOf(look);
            }
        }

        return default;
    }

    private void ReadLog(ref Utf8JsonReader reader)
    {
        _attributes.Clear();
        ulong time = 0, observed = 0;
        ReadOnlySpan<byte> name = default, text = default;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("timeUnixNano"u8))
            {
                time = reader.ReadFixed64();
            }
            else if (reader.ValueTextEquals("observedTimeUnixNano"u8))
            {
                observed = reader.ReadFixed64();
            }
            else if (reader.ValueTextEquals("attributes"u8))
            {
                ReadAttributes(ref reader);
            }
            else if (reader.ValueTextEquals("eventName"u8))
            {
                reader.Read();
                name = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("body"u8))
            {
                text = ReadBody(ref reader);
            }
            else
            {
                reader.SkipValue();
            }
        }

        batch.AddLog(time != 0 ? time : observed, name, text, _attributes);
    }

    private ReadOnlySpan<byte> ReadBody(scoped ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = default;
        for (var value = reader.EnterObject(); value && reader.NextProperty();)
        {
            if (reader.ValueTextEquals("stringValue"u8))
            {
                reader.Read();
                text = TextOf(ref reader);
            }
            else
            {
                reader.SkipValue();
            }
        }

        return text;
    }

    private void ReadMetric(ref Utf8JsonReader reader)
    {
        var name = NameOf(reader);
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("sum"u8))
            {
                if (reader.EnterObject())
                {
                    BeginSum(name, reader);
                    ReadLists(ref reader, "dataPoints", ReadPoint);
                }
            }
            else if (reader.ValueTextEquals("gauge"u8) || reader.ValueTextEquals("histogram"u8)
                || reader.ValueTextEquals("exponentialHistogram"u8) || reader.ValueTextEquals("summary"u8))
            {
                batch.BeginMetric(name, temporality: 0, isSum: false);
                if (reader.EnterObject())
                {
                    ReadLists(ref reader, "dataPoints", (ref point) =>
                    {
                        point.Skip();
                        batch.AddPointOfOtherShape();
                    });
                }
            }
            else
            {
                reader.SkipValue();
            }
        }
    }

    private ReadOnlySpan<byte> NameOf(Utf8JsonReader look)
    {
        while (look.NextProperty())
        {
            if (look.ValueTextEquals("name"u8))
            {
                look.Read();
                return TextOf(ref look);
            }

            look.SkipValue();
        }

        return default;
    }

    private void BeginSum(ReadOnlySpan<byte> name, Utf8JsonReader look)
    {
        var temporality = 0L;
        var monotonic = false;
        while (look.NextProperty())
        {
            if (look.ValueTextEquals("aggregationTemporality"u8))
            {
                temporality = ReadTemporality(ref look);
            }
            else if (look.ValueTextEquals("isMonotonic"u8))
            {
                look.Read();
                monotonic = look.TokenType == JsonTokenType.True;
            }
            else
            {
                look.SkipValue();
            }
        }

        batch.BeginMetric(name, (int)temporality, monotonic);
    }

    /// <summary>OTLP writes enums as numbers; other JSON mappings of protobuf write their names.</summary>
    private static long ReadTemporality(ref Utf8JsonReader reader)
    {
        var look = reader;
        look.Read();
        if (look.TokenType == JsonTokenType.String && look.ValueSpan is [< (byte)'0' or > (byte)'9', ..])
        {
            reader.Read();
            return reader.ValueTextEquals("AGGREGATION_TEMPORALITY_DELTA"u8) ? 1 : reader.ValueTextEquals("AGGREGATION_TEMPORALITY_CUMULATIVE"u8) ? 2 : 0;
        }

        return reader.ReadInteger() ?? 0;
    }

    private void ReadPoint(ref Utf8JsonReader reader)
    {
        _attributes.Clear();
        ulong start = 0, time = 0;
        double? value = null;
        var flags = 0L;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("startTimeUnixNano"u8))
            {
                start = reader.ReadFixed64();
            }
            else if (reader.ValueTextEquals("timeUnixNano"u8))
            {
                time = reader.ReadFixed64();
            }
            else if (reader.ValueTextEquals("asDouble"u8))
            {
                value = reader.ReadDouble();
            }
            else if (reader.ValueTextEquals("asInt"u8))
            {
                value = reader.ReadInteger();
            }
            else if (reader.ValueTextEquals("flags"u8))
            {
                flags = reader.ReadInteger() ?? 0;
            }
            else if (reader.ValueTextEquals("attributes"u8))
            {
                ReadAttributes(ref reader);
            }
            else
            {
                reader.SkipValue();
            }
        }

        const long NoRecordedValue = 1;
        batch.AddPoint(start, time, (flags & NoRecordedValue) != 0 ? null : value, _attributes);
    }

    private ReadOnlySpan<byte> TextOf(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var (source, start, length) = reader.Text(body);
        return source.AsSpan(start, length);
    }
}
