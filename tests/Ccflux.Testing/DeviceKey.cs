using System.Security.Cryptography;
using System.Text;
using Ccflux.Contracts.Http;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Ccflux.Testing;

/// <summary>A machine's signing key.</summary>
public sealed class DeviceKey
{
    private readonly byte[] _seed;
    private readonly byte[] _public = new byte[Ed25519.PublicKeySize];

    public DeviceKey()
        : this(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize))
    {
    }

    public DeviceKey(byte[] seed)
    {
        _seed = seed;
        Ed25519.GeneratePublicKey(_seed, 0, _public, 0);
    }

    public string PublicKey => Convert.ToBase64String(_public);

    public byte[] Sign(byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    /// <summary>Value of the signature header for a body sent with this timestamp.</summary>
    public string Header(byte[] body, string timestamp)
    {
        byte[] message = [.. body, (byte)'\n', .. Encoding.ASCII.GetBytes(timestamp)];
        return new SignatureHeader(Sign(message), _public).Format();
    }
}
