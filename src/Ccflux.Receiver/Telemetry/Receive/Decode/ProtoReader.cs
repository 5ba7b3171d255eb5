using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Walks protobuf messages in place: nothing is copied and unknown fields are skipped. Positions refer to the whole body.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;
    private int _end = data.Length;
    private WireType _wire;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Number of the field that was last read.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field of this message; false at its end.</summary>
    public bool Next()
    {
        if (_position >= _end)
        {
            return false;
        }

        var tag = Varint();
        Field = (int)(tag >> 3);
        _wire = (WireType)(tag & 7);
        return tag is >= 8 and <= uint.MaxValue && _wire is WireType.Varint or WireType.Fixed64 or WireType.Bytes or WireType.Fixed32
            ? true
            : throw new OtlpFormatException("not a protobuf message");
    }

    public void Skip()
    {
        switch (_wire)
        {
            case WireType.Varint:
                _ = Varint();
                break;
            case WireType.Fixed64:
                Advance(8);
                break;
            case WireType.Fixed32:
                Advance(4);
                break;
            case WireType.Bytes:
                Advance(Length());
                break;
        }
    }

    /// <summary>The field's message, to be walked on its own; this reader moves past it.</summary>
    public ProtoReader Message()
    {
        var length = LengthOf(WireType.Bytes);
        var inner = this;
        Advance(length);
        inner._end = _position;
        return inner;
    }

    public ReadOnlySpan<byte> Bytes(out int start)
    {
        var length = LengthOf(WireType.Bytes);
        start = _position;
        Advance(length);
        return _data.Slice(start, length);
    }

    public ReadOnlySpan<byte> Bytes() => Bytes(out _);

    public long Integer()
    {
        Expect(WireType.Varint);
        return (long)Varint();
    }

    public ulong Fixed64()
    {
        Expect(WireType.Fixed64);
        var start = _position;
        Advance(8);
        return BinaryPrimitives.ReadUInt64LittleEndian(_data[start..]);
    }

    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    private int LengthOf(WireType wire)
    {
        Expect(wire);
        return Length();
    }

    private int Length()
    {
        var length = Varint();
        return length <= (ulong)(_end - _position) ? (int)length : throw new OtlpFormatException("cut off");
    }

    private readonly void Expect(WireType wire)
    {
        if (_wire != wire)
        {
            throw new OtlpFormatException("a field has a type other than OTLP's");
        }
    }

    private void Advance(int count)
    {
        if (count > _end - _position)
        {
            throw new OtlpFormatException("cut off");
        }

        _position += count;
    }

    /// <summary>Almost all numbers are tags and lengths of one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Varint() => _position < _end && _data[_position] < 0x80 ? _data[_position++] : LongVarint();

    private ulong LongVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position >= _end)
            {
                throw new OtlpFormatException("cut off");
            }

            var part = _data[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new OtlpFormatException("a number is too long");
    }
}
