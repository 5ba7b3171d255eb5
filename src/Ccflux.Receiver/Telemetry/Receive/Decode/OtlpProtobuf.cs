
namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Decodes the protobuf form of OTLP export requests. Field numbers are those of opentelemetry-proto 1.x.</summary>
internal sealed class OtlpProtobuf(byte[] buffer, IRecordSink batch)
{
    private readonly AttributeSet _resource = new(batch.NeedsIdentity);
    private readonly AttributeSet _scope = new(needsIdentity: false);
    private readonly AttributeSet _attributes = new(batch.NeedsIdentity);

    private delegate void Item(ProtoReader message);

    public void Logs(int length) => EachItem(length, ReadLog);

    public void Metrics(int length) => EachItem(length, ReadMetric);

    /// <summary>Spans are counted and dropped.</summary>
    public void Traces(int length) => EachItem(length, _ => batch.AddSpan());

    /// <summary>All three requests have the same shape: resources (1) of scopes (2) of items (2).</summary>
    private void EachItem(int length, Item read)
    {
        var request = new ProtoReader(buffer.AsSpan(0, length));
        while (Find(ref request, 1))
        {
            var resource = request.Message();
            ReadResource(resource);
            while (Find(ref resource, 2))
            {
                var scope = resource.Message();
                batch.BeginScope(ReadScope(scope), _scope);
                while (Find(ref scope, 2))
                {
                    read(scope.Message());
                }
            }
        }
    }

    /// <summary>Skips other fields until one with this number.</summary>
    private static bool Find(ref ProtoReader message, int field)
    {
        while (message.Next())
        {
            if (message.Field == field)
            {
                return true;
            }

            message.Skip();
        }

        return false;
    }

    /// <summary>Takes a copy of the reader: a resource may come after its records, so it is looked for first.</summary>
    private void ReadResource(ProtoReader message)
    {
        _resource.Clear();
        while (Find(ref message, 1))
        {
            var resource = message.Message();
            while (Find(ref resource, 1))
            {
                ReadAttribute(resource.Message(), _resource);
            }
        }

        batch.BeginResource(_resource);
    }

    /// <summary>The scope's name; its attributes go into <see cref="_scope"/>. It (1) usually comes before its items, but need not.</summary>
    private ReadOnlySpan<byte> ReadScope(ProtoReader scope)
    {
        _scope.Clear();
        ReadOnlySpan<byte> name = default;
        while (Find(ref scope, 1))
        {
            for (var inner = scope.Message(); inner.Next();)
            {
                switch (inner.Field)
                {
                    case 1:
                        name = inner.Bytes();
                        break;
                    case 3:
                        ReadAttribute(inner.Message(), _scope);
                        break;
                    default:
                        inner.Skip();
                        break;
                }
            }
        }

        return name;
    }

    private void ReadLog(ProtoReader log)
    {
        _attributes.Clear();
        ulong time = 0, observed = 0;
        ReadOnlySpan<byte> name = default, body = default;
        while (log.Next())
        {
            switch (log.Field)
            {
                case 1:
                    time = log.Fixed64();
                    break;
                case 5:
                    var value = log.Message();
                    body = Find(ref value, 1) ? value.Bytes() : default;
                    break;
                case 6:
                    ReadAttribute(log.Message(), _attributes);
                    break;
                case 11:
                    observed = log.Fixed64();
                    break;
                case 12:
                    name = log.Bytes();
                    break;
                default:
                    log.Skip();
                    break;
            }
        }

        batch.AddLog(time != 0 ? time : observed, name, body, _attributes);
    }

    private void ReadMetric(ProtoReader metric)
    {
        ReadOnlySpan<byte> name = default;
        for (var look = metric; Find(ref look, 1);)
        {
            name = look.Bytes();
        }

        while (metric.Next())
        {
            switch (metric.Field)
            {
                case 7:
                    ReadSum(name, metric.Message());
                    break;
                case 5 or 9 or 10 or 11:
                    batch.BeginMetric(name, temporality: 0, isSum: false);
                    for (var points = metric.Message(); Find(ref points, 1);)
                    {
                        points.Skip();
                        batch.AddPointOfOtherShape();
                    }

                    break;
                default:
                    metric.Skip();
                    break;
            }
        }
    }

    private void ReadSum(ReadOnlySpan<byte> name, ProtoReader sum)
    {
        long temporality = 0, monotonic = 0;
        for (var look = sum; look.Next();)
        {
            switch (look.Field)
            {
                case 2:
                    temporality = look.Integer();
                    break;
                case 3:
                    monotonic = look.Integer();
                    break;
                default:
                    look.Skip();
                    break;
            }
        }

        batch.BeginMetric(name, (int)temporality, isSum: monotonic != 0);
        while (Find(ref sum, 1))
        {
            ReadPoint(sum.Message());
        }
    }

    private void ReadPoint(ProtoReader point)
    {
        _attributes.Clear();
        ulong start = 0, time = 0;
        double? value = null;
        long flags = 0;
        while (point.Next())
        {
            switch (point.Field)
            {
                case 2:
                    start = point.Fixed64();
                    break;
                case 3:
                    time = point.Fixed64();
                    break;
                case 4:
                    value = point.Double();
                    break;
                case 6:
                    value = (long)point.Fixed64();
                    break;
                case 7:
                    ReadAttribute(point.Message(), _attributes);
                    break;
                case 8:
                    flags = point.Integer();
                    break;
                default:
                    point.Skip();
                    break;
            }
        }

        const long NoRecordedValue = 1;
        batch.AddPoint(start, time, (flags & NoRecordedValue) != 0 ? null : value, _attributes);
    }

    private void ReadAttribute(ProtoReader pair, AttributeSet set)
    {
        ReadOnlySpan<byte> name = default;
        ProtoReader value = default;
        while (pair.Next())
        {
            switch (pair.Field)
            {
                case 1:
                    name = pair.Bytes();
                    break;
                case 2:
                    value = pair.Message();
                    break;
                default:
                    pair.Skip();
                    break;
            }
        }

        var hash = StableHash.Of(name);
        var key = batch.Attributes.Find(hash);
        if (key == AttributeKey.None)
        {
            batch.SawAttribute(hash, name);
        }

        if (key > AttributeKey.Dropped || batch.NeedsIdentity)
        {
            ReadValue(value, key, hash, set);
        }
    }

    /// <summary>Joins the texts of a list into one.</summary>
    private static void ReadTexts(ReadOnlySpan<byte> list, AttributeKey key, AttributeSet set)
    {
        var texts = new TextList();
        for (var values = new ProtoReader(list); Find(ref values, 1);)
        {
            for (var value = values.Message(); Find(ref value, 1);)
            {
                texts.Add(value.Bytes());
            }
        }

        texts.SetIn(set, key);
    }

    private void ReadValue(ProtoReader value, AttributeKey key, ulong name, AttributeSet set)
    {
        var isRead = key > AttributeKey.Dropped;
        while (value.Next())
        {
            switch (value.Field)
            {
                case 1:
                    var text = value.Bytes(out var start);
                    set.Identify(key, name, text);
                    if (isRead)
                    {
                        set.SetText(key, buffer, start, text.Length);
                    }

                    break;
                case 2 or 3:
                    var integer = value.Integer();
                    set.Identify(key, name, (ulong)integer);
                    if (isRead)
                    {
                        set.SetInteger(key, integer);
                    }

                    break;
                case 4:
                    var real = value.Double();
                    set.Identify(key, name, BitConverter.DoubleToUInt64Bits(real));
                    if (isRead)
                    {
                        set.SetDouble(key, real);
                    }

                    break;
                case 5 or 6 or 7:
                    var isList = value.Field == 5;
                    var parts = value.Bytes();
                    set.Identify(key, name, parts);
                    if (isList && key == AttributeKey.SettingsSources)
                    {
                        ReadTexts(parts, key, set);
                    }

                    break;
                default:
                    value.Skip();
                    break;
            }
        }
    }
}
