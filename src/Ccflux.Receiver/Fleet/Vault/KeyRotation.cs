using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <param name="Reencrypted">Secrets that are now encrypted with the new key.</param>
/// <param name="Unopened">Secrets whose key is not in the ring; they are left unchanged.</param>
/// <param name="Removed">Keys that nothing needed any more.</param>
internal sealed record KeyRotationResult(int Reencrypted, int Unopened, int Removed);

/// <summary>Gives the vault a new key and re-encrypts everything with it, then deletes the old keys. A running receiver picks up the change by itself.</summary>
internal sealed class KeyRotation(VaultProtection protection, RefreshJournal journal, GroupCommitWriter writer, TimeProvider time)
{
    /// <param name="actor">Who requested it.</param>
    /// <param name="endsSigningKey">Also deletes the key that commands are signed with: no agent accepts a command until it is enrolled again.</param>
    /// <returns>Null if the database cannot be written to.</returns>
    public async Task<KeyRotationResult?> RunAsync(Actor actor, bool endsSigningKey = false)
    {
        var newest = protection.AddKey();
        VaultFaultPoints.Point(VaultFaultPoints.KeyAdded);
        var written = await writer.WriteAsync(session => Reencrypt(session, actor, endsSigningKey));
        if (!written.IsCommitted)
        {
            return null;
        }

        VaultFaultPoints.Point(VaultFaultPoints.Reencrypted);
        var (result, stored) = written.Value;
        return result with { Removed = protection.RemoveKeysBut(newest, [.. stored, .. journal.Sealed()]) };
    }

    private (KeyRotationResult Result, List<byte[]> Stored) Reencrypt(WriteSession session, Actor actor, bool endsSigningKey)
    {
        if (endsSigningKey)
        {
            ReceiverSigning.Forget(session);
        }

        var stored = new List<byte[]>();
        var unopened = 0;
        foreach (var (id, key, credential) in Credentials(session))
        {
            stored.Add(Renew(VaultStore.Purpose(key), credential, renewed => session.Execute(VaultSql.Reencrypt, ("credential", renewed), ("account", id.Value)), ref unopened));
        }

        foreach (var (name, secret) in Keys(session))
        {
            stored.Add(Renew(ReceiverSeal.Purpose(name), secret, renewed => session.Execute(VaultSql.ReencryptKey, ("private", renewed), ("name", name)), ref unopened));
        }

        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.RotateKeys, FleetAccess.Done, Detail: string.Create(CultureInfo.InvariantCulture, $"{stored.Count - unopened} re-encrypted{(endsSigningKey ? ", the signing key ended" : "")}")));
        return (new KeyRotationResult(stored.Count - unopened, unopened, 0), stored);
    }

    private byte[] Renew(string purpose, byte[] secret, Action<byte[]> store, ref int unopened)
    {
        if (protection.Unprotect(purpose, secret) is not { } plain)
        {
            unopened++;
            return secret;
        }

        var renewed = protection.Protect(purpose, plain);
        store(renewed);
        return renewed;
    }

    private static List<(FleetAccountId Id, string Key, byte[] Credential)> Credentials(WriteSession session) =>
        session.List(VaultSql.AllCredentials, static rows => (new FleetAccountId(rows.Int64(0)), rows.Text(1), rows.Blob(2)));

    private static List<(string Name, byte[] Private)> Keys(WriteSession session) => session.List(VaultSql.AllKeys, static rows => (rows.Text(0), rows.Blob(1)));
}
