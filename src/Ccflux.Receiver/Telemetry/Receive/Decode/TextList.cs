namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Joins the texts of a list into one attribute, with <c>+</c> between them. Only as much of them is kept as fits into a label.</summary>
internal sealed class TextList
{
    private const int MaxBytes = 256;

    private readonly List<byte> _bytes = [];

    public void Add(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (_bytes.Count > 0)
        {
            _bytes.Add((byte)'+');
        }

        _bytes.AddRange(text[..Math.Min(text.Length, Math.Max(0, MaxBytes - _bytes.Count))]);
    }

    /// <summary>An empty list is present as an empty text.</summary>
    public void SetIn(AttributeSet set, AttributeKey key) => set.SetText(key, [.. _bytes], 0, _bytes.Count);
}
