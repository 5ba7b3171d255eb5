using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Verification by libsodium, about twice as fast as OpenSSL's, where the machine has it.</summary>
internal sealed unsafe partial class SodiumEd25519 : IEd25519Verifier
{
    private const string Sodium = "libsodium.so.23";

    private SodiumEd25519() => Description = $"libsodium {Marshal.PtrToStringUTF8(Version())}";

    public string Description { get; }

    /// <summary>Null where libsodium is not installed.</summary>
    public static SodiumEd25519? TryLoad()
    {
        // The handle stays: the library is used until the process ends.
        return NativeLibrary.TryLoad(Sodium, out _) && Init() >= 0 ? new SodiumEd25519() : null;
    }

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 32 || signature.Length != 64)
        {
            return false;
        }

        fixed (byte* keyBytes = publicKey, messageBytes = message, signatureBytes = signature)
        {
            return VerifyDetached(signatureBytes, messageBytes, (ulong)message.Length, keyBytes) == 0;
        }
    }

    [LibraryImport(Sodium, EntryPoint = "sodium_init")]
    private static partial int Init();

    [LibraryImport(Sodium, EntryPoint = "sodium_version_string")]
    private static partial nint Version();

    [LibraryImport(Sodium, EntryPoint = "crypto_sign_ed25519_verify_detached")]
    private static partial int VerifyDetached(byte* signature, byte* message, ulong length, byte* publicKey);
}
