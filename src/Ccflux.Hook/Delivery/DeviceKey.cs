using System.Security.Cryptography;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Ccflux.Hook.Delivery;

/// <summary>An Ed25519 key of this machine, in a file <c>signing_key</c>: 32 raw bytes (64 are accepted, seed first), mode 0600. Reports are signed
/// with a key that is created at the first delivery and whenever the file has been deleted; an agent's requests are signed with a key of its own.</summary>
internal sealed class DeviceKey
{
    private const int SeedBytes = 32;

    private readonly byte[] _seed;
    private readonly byte[] _public = new byte[SignatureHeader.PublicKeyBytes];

    private DeviceKey(byte[] seed)
    {
        _seed = seed;
        Ed25519.GeneratePublicKey(_seed, 0, _public, 0);
        PublicBase64 = Convert.ToBase64String(_public);
    }

    public string PublicBase64 { get; }

    public static DeviceKey LoadOrCreate(string path, StateLog log)
    {
        if (Load(path) is { } existing)
        {
            return existing;
        }

        if (File.Exists(path))
        {
            log.Error("key: signing_key is damaged, creating a new key");
        }

        var key = new DeviceKey(RandomNumberGenerator.GetBytes(SeedBytes));
        AtomicFile.Write(path, key._seed);
        Fault.Point(Fault.KeyWritten);
        return key;
    }

    /// <summary>Null if there is none, or it does not have the length of a key.</summary>
    public static DeviceKey? Load(string path) =>
        AtomicFile.Read(path) is { Length: SeedBytes or 2 * SeedBytes } bytes ? new DeviceKey(bytes[..SeedBytes]) : null;

    public SignatureHeader Sign(ReadOnlySpan<byte> body, string timestamp)
    {
        var message = SignatureHeader.Message(body, timestamp);
        var signature = new byte[SignatureHeader.SignatureBytes];
        Ed25519.Sign(_seed, 0, message, 0, message.Length, signature, 0);
        return new SignatureHeader(signature, _public);
    }
}
