using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ccflux.Testing;

/// <summary>Writes protobuf field by field, and the attributes that OTLP uses everywhere.</summary>
public sealed class ProtoMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ProtoMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Byte((field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtoMessage Message(int field, ProtoMessage value) => Bytes(field, value._bytes.WrittenSpan);

    public ProtoMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoMessage Fixed(int field, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Byte((field << 3) | 1);
        _bytes.Write(bytes);
        return this;
    }

    public ProtoMessage Number(int field, ulong value)
    {
        Byte(field << 3);
        Varint(value);
        return this;
    }

    /// <summary>A key with a string value.</summary>
    public ProtoMessage Attribute(int field, string key, string value) =>
        Message(field, new ProtoMessage().Text(1, key).Message(2, new ProtoMessage().Text(1, value)));

    /// <summary>Fields that were already encoded.</summary>
    public ProtoMessage Raw(ReadOnlySpan<byte> fields)
    {
        _bytes.Write(fields);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Byte(int value) => _bytes.Write([(byte)value]);

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((int)(value & 0x7F) | 0x80);
        }

        Byte((int)value);
    }
}
