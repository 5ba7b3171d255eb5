namespace Ccflux.Hook.Transcript;

/// <summary>Returns the same string for the same bytes without creating it twice. Keeps up to 256 names; others are created each time.</summary>
internal sealed class NameTable(Func<ReadOnlySpan<byte>, string?> make)
{
    private const int Capacity = 256;

    private readonly List<(byte[] Bytes, string? Name)> _names = [];

    // Most names are the same as the one before.
    private int _last;

    public string? Get(ReadOnlySpan<byte> bytes)
    {
        if (_last < _names.Count && bytes.SequenceEqual(_names[_last].Bytes))
        {
            return _names[_last].Name;
        }

        for (var i = 0; i < _names.Count; i++)
        {
            if (bytes.SequenceEqual(_names[i].Bytes))
            {
                _last = i;
                return _names[i].Name;
            }
        }

        var made = make(bytes);
        if (_names.Count < Capacity && bytes.Length <= MaxKept)
        {
            _last = _names.Count;
            _names.Add((bytes.ToArray(), made));
        }

        return made;
    }

    private const int MaxKept = 1024;
}
