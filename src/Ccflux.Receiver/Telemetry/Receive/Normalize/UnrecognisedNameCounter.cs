using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Counts names that were not recognised, for one request: at most <see cref="MaxNames"/> of each kind, the rest as "other".
/// Names only, never values; and only what <see cref="SafeText"/> accepts as a name.</summary>
internal sealed class UnrecognisedNameCounter
{
    private const int MaxNames = 50;

    private readonly Dictionary<(UnrecognisedNameKind Kind, ulong Hash), Cell> _cells = [];
    private readonly int[] _names = new int[Enum.GetValues<UnrecognisedNameKind>().Length + 1];

    public void Add(UnrecognisedNameKind kind, ReadOnlySpan<byte> name) => Add(kind, StableHash.Of(name), name);

    public void Add(UnrecognisedNameKind kind, ulong hash, ReadOnlySpan<byte> name)
    {
        if (!_cells.ContainsKey((kind, hash)) && _names[(int)kind] >= MaxNames)
        {
            hash = 0;
            name = default;
        }

        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, (kind, hash), out var known);
        if (!known)
        {
            cell.Name = Name(name);
            _names[(int)kind]++;
        }

        cell.Count++;
    }

    public IReadOnlyList<UnrecognisedName> ToList() =>
        _cells.Count == 0 ? [] : [.. _cells.Select(pair => new UnrecognisedName(pair.Key.Kind, pair.Value.Name, pair.Value.Count))];

    // Not through the cache of SafeText.Name, which is for names that are repeated often.
    private static string Name(ReadOnlySpan<byte> name) => SafeText.Id(name) ?? SafeText.Other;

    private struct Cell
    {
        public string Name;
        public long Count;
    }
}
