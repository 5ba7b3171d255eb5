namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Ed25519 public keys without a secret key: the eight points of small order, in every encoding. Some libraries accept them, and accept
/// one forged signature of such a key for any message.</summary>
internal static class SmallOrderKeys
{
    private const byte SignBit = 0x80;

    /// <summary>The y coordinates, without the sign of x: 0, 1, the two of order eight, -1, and 0 and 1 again as p and p + 1.</summary>
    private static readonly byte[][] s_points =
    [
        new byte[32],
        [1, .. new byte[31]],
        Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Convert.FromHexString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Convert.FromHexString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ];

    /// <param name="key">32 bytes.</param>
    public static bool Contains(ReadOnlySpan<byte> key)
    {
        foreach (var point in s_points)
        {
            if (key[..^1].SequenceEqual(point.AsSpan(0, point.Length - 1)) && (key[^1] & ~SignBit) == point[^1])
            {
                return true;
            }
        }

        return false;
    }
}
