using System.Buffers.Binary;
using System.Numerics;

namespace Ccflux.Hook.Transcript;

/// <summary>A 64-bit hash that replaces an id in memory and on disk (FNV-1a, so the same on every machine and in every version).
/// Among a million random ids the chance that any two collide is about 3 in 100 million.</summary>
internal static class IdHash
{
    private const ulong Start = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>0 only for an absent id.</summary>
    public static ulong Of(ReadOnlySpan<byte> id) => id.IsEmpty ? 0 : NotZero(Continue(Start, id));

    /// <summary>A hash of two ids together; never 0.</summary>
    public static ulong Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var hash = Continue(Start, first);
        // A byte that no id contains distinguishes "ab" + "c" from "a" + "bc". The second id is hashed eight bytes at a time, which takes a fifth of the time.
        hash = (hash ^ 0xFF) * Prime;
        for (; second.Length >= sizeof(ulong); second = second[sizeof(ulong)..])
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(second)) * Prime, 29);
        }

        return NotZero(Continue(hash, second));
    }

    /// <summary>A hash of a sequence of numbers; never 0.</summary>
    public static ulong Of(params ReadOnlySpan<ulong> values) =>
        NotZero(Continue(unchecked((Start ^ 0xFE) * Prime), System.Runtime.InteropServices.MemoryMarshal.AsBytes(values)));

    private static ulong Continue(ulong hash, ReadOnlySpan<byte> id)
    {
        foreach (var value in id)
        {
            hash = (hash ^ value) * Prime;
        }

        return hash;
    }

    private static ulong NotZero(ulong hash) => hash == 0 ? 1 : hash;
}
