using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Xml;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>
/// Encrypts what the vault keeps, with its own key ring under VAULT_KEY_PATH. It follows changes of that folder, so a rotation by another
/// process takes effect at the next use. Without FLEET=1 nothing is created.
/// </summary>
internal sealed class VaultProtection(FleetOptions options) : IDisposable
{
    private const string Application = "ccflux vault";

    /// <summary>A protected payload begins with these four bytes, then the id of its key.</summary>
    private const uint Magic = 0x09F0C9F0;

    private readonly Lock _gate = new();
    private readonly KeyRingFolder _folder = new(Path.GetFullPath(options.VaultKeyPath!));
    private ServiceProvider? _services;
    private string? _stamp;

    /// <param name="purpose">What the secret is and whose. It cannot be opened under another purpose.</param>
    /// <param name="plain">The secret.</param>
    public byte[] Protect(string purpose, byte[] plain) => Current(out _).CreateProtector(purpose).Protect(plain);

    /// <summary>Null if the key ring lacks its key, or if it is not what was stored.</summary>
    public byte[]? Unprotect(string purpose, byte[] stored)
    {
        try
        {
            return Current(out _).CreateProtector(purpose).Unprotect(stored);
        }
        catch (Exception exception) when (exception is CryptographicException or XmlException or IOException or UnauthorizedAccessException)
        {
            // The caller shows the account as one that cannot be opened.
            return null;
        }
    }

    /// <summary>Adds a key; everything protected from now on uses it.</summary>
    /// <returns>Its id.</returns>
    public Guid AddKey()
    {
        // The key ring uses the system's clock, whatever clock the receiver has.
        var now = TimeProvider.System.GetUtcNow();
        _ = Current(out var services);
        return services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddYears(10)).KeyId;
    }

    /// <summary>Deletes every key that none of <paramref name="stored"/> is protected with, except the newest.</summary>
    /// <returns>The number of deleted keys.</returns>
    public int RemoveKeysBut(Guid newest, IEnumerable<byte[]> stored)
    {
        _ = Current(out var services);
        var needed = stored.Select(KeyOf).Append(newest).ToHashSet();
        List<Guid> surplus = [.. services.GetRequiredService<IKeyManager>().GetAllKeys().Select(key => key.KeyId).Where(key => !needed.Contains(key))];
        _folder.Remove(surplus);
        return surplus.Count;
    }

    public void Dispose() => _services?.Dispose();

    private static Guid KeyOf(byte[] stored) =>
        stored.Length > 20 && BinaryPrimitives.ReadUInt32BigEndian(stored) == Magic ? new Guid(stored.AsSpan(4, 16)) : Guid.Empty;

    private IDataProtectionProvider Current(out IServiceProvider services)
    {
        lock (_gate)
        {
            var stamp = _folder.Stamp();
            if (_services is null || !string.Equals(stamp, _stamp, StringComparison.Ordinal))
            {
                _services?.Dispose();
                var collection = new ServiceCollection();
                collection.AddDataProtection().SetApplicationName(Application);
                collection.Configure<KeyManagementOptions>(ring =>
                {
                    ring.XmlRepository = _folder;
                    ring.XmlEncryptor = new NullXmlEncryptor();
                });
                _services = collection.BuildServiceProvider();
                _stamp = stamp;
            }

            services = _services;
            return _services.GetRequiredService<IDataProtectionProvider>();
        }
    }
}
