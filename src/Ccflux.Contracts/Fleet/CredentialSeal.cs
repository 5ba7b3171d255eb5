using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Contracts.Fleet;

/// <summary>
/// Seals bytes to the holder of a P-256 key: a fresh key pair for each seal, ECDH, HKDF-SHA256, AES-256-GCM.
/// <code>01 | ephemeral public key, 65 bytes | nonce, 12 bytes | ciphertext | tag, 16 bytes</code>
/// The key is HKDF(secret = x coordinate of the shared point, salt = ephemeral key | recipient's key, info = "ccflux seal 1", 32 bytes);
/// the associated data is the context, in UTF-8. A seal does not show who sealed it: the signature of the request, or of the command, does.
/// </summary>
public static class CredentialSeal
{
    /// <summary>An uncompressed point: 04, x, y.</summary>
    public const int PublicKeyBytes = 65;

    private const byte Version = 1;
    private const int CoordinateBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = 1 + PublicKeyBytes + NonceBytes + TagBytes;

    /// <summary>Creates a key pair.</summary>
    public static ECDiffieHellman NewKey() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public half in base64.</summary>
    public static string PublicKeyOf(ECDiffieHellman key) => Convert.ToBase64String(Point(key));

    /// <summary>Whether this is a public key that can be sealed to.</summary>
    public static bool IsPublicKey(string? text)
    {
        using var key = Import(text);
        return key is not null;
    }

    /// <param name="recipient">Public key in base64.</param>
    /// <param name="content">Content that only the recipient may read.</param>
    /// <param name="context">The context that the seal is bound to; opening it requires the same one.</param>
    /// <exception cref="CryptographicException">The recipient's key is not a public key.</exception>
    public static string Seal(string recipient, ReadOnlySpan<byte> content, string context)
    {
        using var theirs = Import(recipient) ?? throw new CryptographicException("The recipient's key is not a P-256 public key.");
        using var own = NewKey();
        var sealedBytes = new byte[Overhead + content.Length];
        sealedBytes[0] = Version;
        var ephemeral = sealedBytes.AsSpan(1, PublicKeyBytes);
        Point(own).CopyTo(ephemeral);
        var nonce = sealedBytes.AsSpan(1 + PublicKeyBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        var key = Key(own, theirs, ephemeral, Point(theirs));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, content, sealedBytes.AsSpan(Overhead - TagBytes, content.Length), sealedBytes.AsSpan(^TagBytes), Encoding.UTF8.GetBytes(context));
        CryptographicOperations.ZeroMemory(key);
        return Convert.ToBase64String(sealedBytes);
    }

    /// <summary>The content; null if it was sealed to another key, for another context, or was changed on the way.</summary>
    public static byte[]? Open(ECDiffieHellman own, string? text, string context)
    {
        if (text is null || text.Length > FleetLimits.MaxSealed)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length < Overhead || bytes[0] != Version)
        {
            return null;
        }

        var sealedBytes = bytes.AsSpan(0, length);
        var ephemeral = sealedBytes.Slice(1, PublicKeyBytes);
        using var theirs = Import(ephemeral);
        if (theirs is null)
        {
            return null;
        }

        var key = Key(own, theirs, ephemeral, Point(own));
        var content = new byte[length - Overhead];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                sealedBytes.Slice(1 + PublicKeyBytes, NonceBytes), sealedBytes[(Overhead - TagBytes)..^TagBytes], sealedBytes[^TagBytes..], content, Encoding.UTF8.GetBytes(context));
            return content;
        }
        catch (CryptographicException)
        {
            // Not meant for this key or context, or changed on the way: the caller cannot tell the difference.
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Key(ECDiffieHellman own, ECDiffieHellman theirs, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient)
    {
        using var theirPublic = theirs.PublicKey;
        var secret = own.DeriveRawSecretAgreement(theirPublic);
        Span<byte> salt = stackalloc byte[2 * PublicKeyBytes];
        ephemeral.CopyTo(salt);
        recipient.CopyTo(salt[PublicKeyBytes..]);
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, "ccflux seal 1"u8);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] Point(ECDiffieHellman key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. q.X!, .. q.Y!];
    }

    private static ECDiffieHellman? Import(string? text)
    {
        Span<byte> point = stackalloc byte[PublicKeyBytes];
        return text is { Length: <= 2 * PublicKeyBytes } && Convert.TryFromBase64String(text, point, out var length) && length == PublicKeyBytes ? Import(point) : null;
    }

    /// <summary>Imports a point; the library refuses points that are not on the curve.</summary>
    private static ECDiffieHellman? Import(ReadOnlySpan<byte> point)
    {
        if (point[0] != 4)
        {
            return null;
        }

        try
        {
            return ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point.Slice(1, CoordinateBytes).ToArray(), Y = point[(1 + CoordinateBytes)..].ToArray() },
            });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
