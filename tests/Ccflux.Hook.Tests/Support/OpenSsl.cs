using System.Runtime.InteropServices;

namespace Ccflux.Hook.Tests.Support;

/// <summary>Verifies Ed25519 signatures with an implementation other than the one that creates them.</summary>
internal static unsafe partial class OpenSsl
{
    private const string Crypto = "libcrypto.so.3";
    private const int Ed25519 = 1087;

    public static bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        fixed (byte* keyBytes = publicKey, messageBytes = message, signatureBytes = signature)
        {
            var key = NewKey(Ed25519, 0, keyBytes, (nuint)publicKey.Length);
            var context = NewContext();
            try
            {
                return key != 0
                    && VerifyInit(context, 0, 0, 0, key) == 1
                    && VerifyOnce(context, signatureBytes, (nuint)signature.Length, messageBytes, (nuint)message.Length) == 1;
            }
            finally
            {
                FreeContext(context);
                FreeKey(key);
            }
        }
    }

    [LibraryImport(Crypto, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial nint NewKey(int type, nint engine, byte* key, nuint length);

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
}
