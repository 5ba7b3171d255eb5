using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>Gives the same string for the same bytes without making it twice. Holds up to 256 names; more are made each time.</summary>
internal sealed class NameTable
{
    private const int Capacity = 256;

    private readonly List<(byte[] Bytes, string Name)> _names = [];

    /// <summary>Null for an empty text and for one that is too long to be a name.</summary>
    public string? Get(ReadOnlySpan<byte> bytes, int maxLength)
    {
        if (bytes.IsEmpty || bytes.Length > maxLength)
        {
            return null;
        }

        foreach (var (known, name) in _names)
        {
            if (bytes.SequenceEqual(known))
            {
                return name;
            }
        }

        var made = Encoding.UTF8.GetString(bytes);
        if (_names.Count < Capacity)
        {
            _names.Add((bytes.ToArray(), made));
        }

        return made;
    }
}
