using System.Text;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Writes the few small protobuf messages that answers need. Empty and zero fields are left out, as protobuf does.</summary>
internal sealed class ProtoBytes
{
    private readonly List<byte> _bytes = [];

    public ProtoBytes Number(int field, long value)
    {
        if (value != 0)
        {
            Varint((ulong)(field << 3));
            Varint((ulong)value);
        }

        return this;
    }

    public ProtoBytes Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    public ProtoBytes Message(int field, byte[] message)
    {
        if (message.Length > 0)
        {
            Varint((ulong)((field << 3) | 2));
            Varint((ulong)message.Length);
            _bytes.AddRange(message);
        }

        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
