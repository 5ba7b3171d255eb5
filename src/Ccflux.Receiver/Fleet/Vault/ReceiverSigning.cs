using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The receiver's own signing key: agents pin it and verify commands with it. Created with the first code; stored as logins are. Use inside a write.</summary>
internal sealed class ReceiverSigning(VaultProtection protection, ReceiverSeal seal)
{
    private const string Name = "signing";

    /// <summary>The public half in base64; null if there is no key yet.</summary>
    public static string? FindPublicKey(WriteSession session) => session.Text(VaultSql.SelectKey, ("name", Name));

    /// <summary>The public half in base64. Creates the key if there is none.</summary>
    public string PublicKey(WriteSession session)
    {
        if (FindPublicKey(session) is { } present)
        {
            return present;
        }

        using var key = CommandSignature.NewKey();
        var publicKey = CommandSignature.PublicKeyOf(key);
        session.Execute(
            VaultSql.InsertKey, ("name", Name), ("public", publicKey), ("private", protection.Protect(ReceiverSeal.Purpose(Name), key.ExportPkcs8PrivateKey())));
        return publicKey;
    }

    /// <summary>The fingerprint of both pinned keys, which people compare when they enrol an agent.</summary>
    public string Fingerprint(WriteSession session) => KeyFingerprint.Of(PublicKey(session), seal.PublicKey(session));

    /// <summary>A signature in the form of <see cref="CommandSignature"/>; null if the key ring lacks its key.</summary>
    public string? Sign(WriteSession session, string agentId, SealedCommand command)
    {
        if (session.First(VaultSql.SelectKey, static rows => rows.Blob(1), ("name", Name)) is not { } stored
            || protection.Unprotect(ReceiverSeal.Purpose(Name), stored) is not { } secret)
        {
            return null;
        }

        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(secret, out _);
        CryptographicOperations.ZeroMemory(secret);
        return CommandSignature.Sign(key, agentId, command);
    }

    /// <summary>Deletes the key: the next use creates another, and every agent must be enrolled again.</summary>
    public static void Forget(WriteSession session) => session.Execute(VaultSql.DeleteKey, ("name", Name));
}
