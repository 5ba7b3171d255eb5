using System.Buffers.Text;
using System.Text;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The read attributes of a resource, record or point. Made once a request and used again for each: texts stay where they are
/// in the body and are read out only for what is kept. Numbers and flags come as either, or as text; all are taken.</summary>
/// <param name="needsIdentity">Whether <see cref="Identity"/> and <see cref="ClientIdentity"/> are asked for.</param>
internal sealed class AttributeSet(bool needsIdentity)
{
    private const long Labels = -1L << (int)AttributeKey.Plan;

    private readonly Slot[] _slots = new Slot[Enum.GetValues<AttributeKey>().Length];
    private long _present;

    /// <summary>Of all attributes, also those that are not read, whatever their order: what tells a resource's streams apart.</summary>
    public ulong Identity { get; private set; }

    /// <summary>The same of the attributes that the client gives: what a collector on the way adds may be there in one message and not in the next.</summary>
    public ulong ClientIdentity { get; private set; }

    public void Clear()
    {
        _present = 0;
        Identity = 0;
        ClientIdentity = 0;
    }

    /// <summary>Adds to the identities; a sum does not depend on the order.</summary>
    public void Identify(AttributeKey key, ulong name, ulong value)
    {
        if (!needsIdentity)
        {
            return;
        }

        var part = StableHash.Combine(name, value);
        Identity += part;
        ClientIdentity += key is >= AttributeKey.Dropped and < AttributeKey.Plan ? part : 0;
    }

    /// <summary>The same of a text, or of what is read as bytes.</summary>
    public void Identify(AttributeKey key, ulong name, ReadOnlySpan<byte> value)
    {
        if (needsIdentity)
        {
            Identify(key, name, StableHash.Of(value));
        }
    }

    /// <summary>Whether any of them is a label.</summary>
    public bool HasLabels => (_present & Labels) != 0;

    public bool Has(AttributeKey key) => (_present & Bit(key)) != 0;

    /// <summary>Whether there is a value, other than an empty text.</summary>
    public bool HasValue(AttributeKey key) => Has(key) && _slots[(int)key] is not { Type: SlotType.Text, Length: 0 };

    /// <summary>The text is not copied: <paramref name="source"/> must stand until the set is cleared.</summary>
    public void SetText(AttributeKey key, byte[] source, int start, int length) => Set(key, new Slot(SlotType.Text, source, start, length, 0));

    public void SetInteger(AttributeKey key, long value) => Set(key, new Slot(SlotType.Integer, [], 0, 0, value));

    public void SetDouble(AttributeKey key, double value) => Set(key, new Slot(SlotType.Double, [], 0, 0, BitConverter.DoubleToInt64Bits(value)));

    /// <summary>The text, or nothing where the attribute is absent or a number.</summary>
    public ReadOnlySpan<byte> Text(AttributeKey key) =>
        Has(key) && _slots[(int)key] is { Type: SlotType.Text } slot ? slot.Text : default;

    public long? Integer(AttributeKey key)
    {
        if (!Has(key))
        {
            return null;
        }

        ref readonly var slot = ref _slots[(int)key];
        switch (slot.Type)
        {
            case SlotType.Integer:
                return slot.Value;
            case SlotType.Double:
                var real = BitConverter.Int64BitsToDouble(slot.Value);
                return double.IsFinite(real) && Math.Abs(real) < long.MaxValue / 2 ? (long)Math.Round(real) : null;
            case SlotType.Text:
            default:
                var text = slot.Text;
                return Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number
                    : Double(key) is { } fraction && double.IsFinite(fraction) && Math.Abs(fraction) < long.MaxValue / 2 ? (long)Math.Round(fraction)
                    : null;
        }
    }

    /// <summary>Null where absent or no number; NaN and infinities are given as they are.</summary>
    public double? Double(AttributeKey key)
    {
        if (!Has(key))
        {
            return null;
        }

        ref readonly var slot = ref _slots[(int)key];
        switch (slot.Type)
        {
            case SlotType.Integer:
                return slot.Value;
            case SlotType.Double:
                return BitConverter.Int64BitsToDouble(slot.Value);
            case SlotType.Text:
            default:
                var text = slot.Text;
                return Utf8Parser.TryParse(text, out double number, out var used) && used == text.Length ? number : null;
        }
    }

    public bool? Flag(AttributeKey key) => !Has(key) ? null
        : _slots[(int)key].Type == SlotType.Text ? Text(key) switch
        {
            var text when Ascii.EqualsIgnoreCase(text, "true"u8) => true,
            var text when Ascii.EqualsIgnoreCase(text, "false"u8) => false,
            _ => null,
        }
        : _slots[(int)key].Value != 0;

    private static long Bit(AttributeKey key) => 1L << (int)key;

    private void Set(AttributeKey key, Slot slot)
    {
        _slots[(int)key] = slot;
        _present |= Bit(key);
    }

    private enum SlotType
    {
        Text = 1,
        Integer = 2,
        Double = 3,
    }

    private readonly record struct Slot(SlotType Type, byte[] Source, int Start, int Length, long Value)
    {
        public ReadOnlySpan<byte> Text => Source.AsSpan(Start, Length);
    }
}
