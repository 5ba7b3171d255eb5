using System.Text.Json;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>
/// Decodes the JSON form of OTLP export requests:
/// <c>{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"claude-code"}}]},"scopeLogs":[{"logRecords":[…]}]}]}</c>.
/// Elements in an unusual order are found by looking ahead, never by storing them.
/// </summary>
internal sealed class OtlpJson(byte[] body, IRecordSink batch)
{
    private readonly AttributeSet _resource = new(batch.NeedsIdentity);
    private readonly AttributeSet _scope = new(needsIdentity: false);
    private readonly AttributeSet _attributes = new(batch.NeedsIdentity);
    private readonly OtlpJsonAttributes _values = new(body, batch);

    public void Logs(int length) => ReadRequest(length, "resourceLogs", "scopeLogs", "logRecords", ReadLog);

    public void Metrics(int length) => ReadRequest(length, "resourceMetrics", "scopeMetrics", "metrics", ReadMetric);

    /// <summary>Spans are counted and dropped.</summary>
    public void Traces(int length) => ReadRequest(length, "resourceSpans", "scopeSpans", "spans", (ref reader) =>
    {
        reader.Skip();
        batch.AddSpan();
    });

    private void ReadRequest(int length, string resources, string scopes, string records, ReadElement read)
    {
        var reader = new Utf8JsonReader(body.AsSpan(0, length));
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new OtlpFormatException("the body is not a JSON object");
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
                reader.ReadLists(scopes, (ref scope) =>
                {
                    batch.BeginScope(ReadScope(scope), _scope);
                    scope.ReadLists(records, read);
                });
            }
        }

        // Anything after the object is an error that only another read finds.
        reader.Read();
    }

    /// <summary>Works on a copy of the reader: a resource may come after its records.</summary>
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
                look.ReadLists("attributes", (ref pair) => _values.Read(ref pair, _resource));
            }
        }

        batch.BeginResource(_resource);
    }

    /// <summary>The scope's name; its attributes go into <see cref="_scope"/>. Works on a copy of the reader: a scope may come after its records.</summary>
    private ReadOnlySpan<byte> ReadScope(Utf8JsonReader look)
    {
        _scope.Clear();
        while (look.NextProperty())
        {
            if (!look.ValueTextEquals("scope"u8))
            {
                look.SkipValue();
            }
            else if (look.EnterObject())
            {
                var name = NameOf(look);
                look.ReadLists("attributes", (ref pair) => _values.Read(ref pair, _scope));
                return name;
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
                _values.ReadList(ref reader, _attributes);
            }
            else if (reader.ValueTextEquals("eventName"u8))
            {
                reader.Read();
                name = _values.TextOf(ref reader);
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
                text = _values.TextOf(ref reader);
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
                    reader.ReadLists("dataPoints", ReadPoint);
                }
            }
            else if (reader.ValueTextEquals("gauge"u8) || reader.ValueTextEquals("histogram"u8)
                || reader.ValueTextEquals("exponentialHistogram"u8) || reader.ValueTextEquals("summary"u8))
            {
                batch.BeginMetric(name, temporality: 0, isSum: false);
                if (reader.EnterObject())
                {
                    reader.ReadLists("dataPoints", (ref point) =>
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
                return _values.TextOf(ref look);
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

    /// <summary>OTLP writes enums as numbers; other JSON mappings of protobuf write them as names.</summary>
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
                _values.ReadList(ref reader, _attributes);
            }
            else
            {
                reader.SkipValue();
            }
        }

        const long NoRecordedValue = 1;
        batch.AddPoint(start, time, (flags & NoRecordedValue) != 0 ? null : value, _attributes);
    }
}
