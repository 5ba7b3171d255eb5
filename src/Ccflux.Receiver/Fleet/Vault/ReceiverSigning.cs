using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The receiver's own signing key: agents pin it and verify commands with it. Created with the first code; stored as logins are. Use inside a write.</summary>
internal sealed class ReceiverSigning(VaultProtection protection, ReceiverSeal seal)
{
    private const string Name = "signing";

    /// <summary>The public half in base64.</summary>
    public string PublicKey(SqlConnection connection)
    {
        using (var rows = connection.Query(VaultSql.SelectKey, Name))
        {
            if (rows.Read())
            {
                return rows.Text(0);
            }
        }

        using var key = CommandSignature.NewKey();
        var publicKey = CommandSignature.PublicKeyOf(key);
        connection.Execute(VaultSql.InsertKey, Name, publicKey, protection.Protect(ReceiverSeal.Purpose(Name), key.ExportPkcs8PrivateKey()));
        return publicKey;
    }

    /// <summary>The fingerprint of both pinned keys, which people compare when they enrol an agent.</summary>
    public string Fingerprint(SqlConnection connection) => KeyFingerprint.Of(PublicKey(connection), seal.PublicKey(connection));

    /// <summary>A signature in the form of <see cref="CommandSignature"/>; null if the key ring lacks its key.</summary>
    public string? Sign(SqlConnection connection, string agentId, SealedCommand command)
    {
        byte[]? stored = null;
        using (var rows = connection.Query(VaultSql.SelectKey, Name))
        {
            stored = rows.Read() ? rows.Blob(1) : null;
        }

        if (stored is null || protection.Unprotect(ReceiverSeal.Purpose(Name), stored) is not { } secret)
        {
            return null;
        }

        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(secret, out _);
        CryptographicOperations.ZeroMemory(secret);
        return CommandSignature.Sign(key, agentId, command);
    }

    /// <summary>Deletes the key: the next use creates another, and every agent must be enrolled again.</summary>
    public static void Forget(SqlConnection connection) => connection.Execute(VaultSql.DeleteKey, Name);
}
