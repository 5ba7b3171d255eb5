using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ccflux.Contracts.Http;

namespace Ccflux.Contracts.Fleet;

/// <summary>
/// The receiver's signature of a command: ECDSA over P-256 with SHA-256, r and s of 32 bytes each, in base64. The signed text is, in UTF-8,
/// <code>ccflux signed command 1 | agent | id | kind | issued at | expires at | sealed</code> with line feeds in place of the bars. It covers the seal's content, including
/// what it replaces. P-256 because the framework has it on both sides; the agent's library for Ed25519 must not be used to verify.
/// </summary>
public static class CommandSignature
{
    public const int SignatureBytes = 64;

    /// <summary>Creates a key pair.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public half in base64: an uncompressed point, as <see cref="CredentialSeal.PublicKeyOf"/> returns it.</summary>
    public static string PublicKeyOf(ECDsa key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return Convert.ToBase64String([4, .. q.X!, .. q.Y!]);
    }

    /// <param name="key">The receiver's private key.</param>
    /// <param name="agentId">The agent that the command is for.</param>
    /// <param name="command">The command to sign; its <see cref="SealedCommand.Signature"/> is ignored.</param>
    public static string Sign(ECDsa key, string agentId, SealedCommand command) =>
        Convert.ToBase64String(key.SignData(Text(agentId, command), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>Whether the holder of a key signed this command, unchanged, for this agent. Never throws, whatever the input.</summary>
    /// <param name="publicKey">The public key, in base64.</param>
    /// <param name="agentId">The agent that received it.</param>
    /// <param name="command">The command as received.</param>
    public static bool IsValid(string publicKey, string agentId, SealedCommand command)
    {
        Span<byte> point = stackalloc byte[CredentialSeal.PublicKeyBytes];
        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (command.Sealed.Length > FleetLimits.MaxSealed
            || !IsWholeSecond(command.IssuedAt) || !IsWholeSecond(command.ExpiresAt)
            || publicKey.Length > 2 * CredentialSeal.PublicKeyBytes || !Convert.TryFromBase64String(publicKey, point, out var length) || length != point.Length || point[0] != 4
            || command.Signature.Length > 2 * SignatureBytes || !Convert.TryFromBase64String(command.Signature, signature, out length) || length != SignatureBytes)
        {
            return false;
        }

        try
        {
            var half = (point.Length - 1) / 2;
            using var key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point.Slice(1, half).ToArray(), Y = point[(1 + half)..].ToArray() },
            });
            return key.VerifyData(Text(agentId, command), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // the key is not a point on the curve
        }
    }

    private static byte[] Text(string agentId, SealedCommand command) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"ccflux signed command 1\n{agentId}\n{command.Id}\n{command.Kind}\n{SignatureHeader.FormatTimestamp(command.IssuedAt)}\n{SignatureHeader.FormatTimestamp(command.ExpiresAt)}\n{command.Sealed}"));

    private static bool IsWholeSecond(DateTimeOffset at) => at.Ticks % TimeSpan.TicksPerSecond == 0;
}
