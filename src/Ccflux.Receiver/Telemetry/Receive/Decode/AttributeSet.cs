using System.Buffers.Text;
using System.Text;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The attributes read from a resource, record or point. Created once per request and reused for each: texts stay where they are
/// in the body and are extracted only if they are kept. Numbers and flags arrive as either, or as text; all forms are accepted.</summary>
/// <param name="needsIdentity">Whether <see cref="Identity"/> and <see cref="ClientIdentity"/> are needed.</param>
internal sealed class AttributeSet(bool needsIdentity)
{
    private const long Labels = -1L << (int)AttributeKey.Plan;

    private readonly Slot[] _slots = new Slot[Enum.GetValues<AttributeKey>().Length];
    private long _present;

    /// <summary>A hash of all attributes, including those that are not read, in any order: it distinguishes a resource's streams.</summary>
    public ulong Identity { get; private set; }

    /// <summary>The same of the client's own attributes only: what a collector adds on the way may be present in one message and absent from the next.</summary>
    public ulong ClientIdentity { get; private set; }

    public void Clear()
    {
        _present = 0;
        Identity = 0;
        ClientIdentity = 0;
    }

    /// <summary>Adds to the identities; a sum is independent of order.</summary>
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

    /// <summary>The same for a text, or for what is read as bytes.</summary>
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

    /// <summary>The text is not copied: <paramref name="source"/> must stay unchanged until the set is cleared.</summary>
    public void SetText(AttributeKey key, byte[] source, int start, int length) => Set(key, new Slot(SlotType.Text, source, start, length, 0));

    public void SetInteger(AttributeKey key, long value) => Set(key, new Slot(SlotType.Integer, [], 0, 0, value));

    public void SetDouble(AttributeKey key, double value) => Set(key, new Slot(SlotType.Double, [], 0, 0, BitConverter.DoubleToInt64Bits(value)));

    /// <summary>The text, or an empty span if the attribute is absent or a number.</summary>
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

    /// <summary>Null if absent or not a number; NaN and infinities are returned unchanged.</summary>
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
