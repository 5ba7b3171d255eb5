using System.Buffers.Binary;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>A fast 64-bit hash that never changes, because its results are stored. It distinguishes what honest clients send, and no more:
/// anyone can construct two texts with the same hash. It identifies only within one message, or stored together with the subject, where anyone who forges a
/// collision hides only their own records. Anything shared between users compares the bytes.</summary>
internal static class StableHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD6E8FEB86659FD93;

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Mix(First ^ (ulong)bytes.Length, Second);
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Second);
            bytes = bytes[8..];
        }

        var tail = 0UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            tail |= (ulong)bytes[i] << (8 * i);
        }

        return Mix(hash ^ tail, First);
    }

    /// <summary>The order matters: <c>Combine(a, b)</c> is not <c>Combine(b, a)</c>.</summary>
    public static ulong Combine(ulong hash, ulong value) => Mix(hash ^ First, value ^ Second);

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low ^ left;
    }
}
