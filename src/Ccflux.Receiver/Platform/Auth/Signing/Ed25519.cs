using NSec.Cryptography;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Verifies Ed25519 signatures (RFC 8032) with the libsodium that ships with the receiver on every platform.</summary>
internal static class Ed25519
{
    /// <summary>False for anything that is not a valid signature, for whatever reason.</summary>
    public static bool IsValid(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);
}
