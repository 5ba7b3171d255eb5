namespace Ccflux.Hook.Transcript;

/// <summary>Returns the same string for the same bytes without creating it twice. Keeps up to 256 names; others are created each time.</summary>
internal sealed class NameTable(Func<ReadOnlySpan<byte>, string?> make)
{
    private const int Capacity = 256;

    private readonly List<(byte[] Bytes, string? Name)> _names = [];

    public string? Get(ReadOnlySpan<byte> bytes)
    {
        foreach (var (known, name) in _names)
        {
            if (bytes.SequenceEqual(known))
            {
                return name;
            }
        }

        var made = make(bytes);
        if (_names.Count < Capacity && bytes.Length <= MaxKept)
        {
            _names.Add((bytes.ToArray(), made));
        }

        return made;
    }

    private const int MaxKept = 1024;
}
