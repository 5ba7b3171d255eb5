using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The receiver's own sealing key, to which agents seal returned logins. Created with the first enrolment.</summary>
internal sealed class ReceiverSeal(VaultProtection protection)
{
    private const string Name = "sealing";

    public static string Purpose(string name) => "key " + name;

    /// <summary>The public half. Must be called inside a write.</summary>
    public string PublicKey(WriteSession session)
    {
        if (session.Text(VaultSql.SelectKey, ("name", Name)) is { } present)
        {
            return present;
        }

        using var key = CredentialSeal.NewKey();
        var publicKey = CredentialSeal.PublicKeyOf(key);
        session.Execute(VaultSql.InsertKey, ("name", Name), ("public", publicKey), ("private", protection.Protect(Purpose(Name), key.ExportPkcs8PrivateKey())));
        return publicKey;
    }

    /// <summary>Opens what was sealed to the receiver; null if it cannot be opened or the key ring lacks its key.</summary>
    public byte[]? Open(WriteSession session, string sealedText, string context)
    {
        if (session.First(VaultSql.SelectKey, static rows => rows.Blob(1), ("name", Name)) is not { } stored
            || protection.Unprotect(Purpose(Name), stored) is not { } secret)
        {
            return null;
        }

        using var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(secret, out _);
        CryptographicOperations.ZeroMemory(secret);
        return CredentialSeal.Open(key, sealedText, context);
    }
}
