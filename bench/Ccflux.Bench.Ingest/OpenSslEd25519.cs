using System.Runtime.InteropServices;

namespace Ccflux.Bench.Ingest;

/// <summary>Verification by OpenSSL 3, as the receiver did it before it included libsodium: the baseline for the current code.</summary>
internal static unsafe partial class OpenSslEd25519
{
    private const string Crypto = "libcrypto.so.3";
    private const int KeyTypeEd25519 = 1087;

    public static string Description { get; } = Marshal.PtrToStringUTF8(OpenSslVersion(0)) ?? "OpenSSL";

    public static bool IsValid(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        nint key = 0;
        nint context = 0;
        try
        {
            fixed (byte* keyBytes = publicKey, messageBytes = message, signatureBytes = signature)
            {
                key = NewRawPublicKey(KeyTypeEd25519, 0, keyBytes, (nuint)publicKey.Length);
                context = NewContext();
                return key != 0
                    && context != 0
                    && VerifyInit(context, 0, 0, 0, key) == 1
                    && VerifyOnce(context, signatureBytes, (nuint)signature.Length, messageBytes, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            // A refused signature leaves an entry in this thread's error queue.
            ClearErrors();
            FreeContext(context);
            FreeKey(key);
        }
    }

    [LibraryImport(Crypto, EntryPoint = "OpenSSL_version")]
    private static partial nint OpenSslVersion(int type);

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial nint NewRawPublicKey(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Crypto, EntryPoint = "EVP_MD_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Crypto, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Crypto, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int VerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Crypto, EntryPoint = "EVP_DigestVerify")]
    private static partial int VerifyOnce(nint context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();
}
