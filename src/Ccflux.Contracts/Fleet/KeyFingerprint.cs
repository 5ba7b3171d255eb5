using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Contracts.Fleet;

/// <summary>The name of a pair of public keys, for people to compare: the first 20 hex digits of SHA-256 over both in base64, in groups of four.</summary>
public static class KeyFingerprint
{
    private const int Digits = 20;
    private const int Group = 4;

    /// <summary>Characters of a fingerprint, including its hyphens.</summary>
    public const int Length = Digits + (Digits / Group) - 1;

    /// <param name="signingKey">The signing key, in base64.</param>
    /// <param name="sealingKey">The sealing key, in base64.</param>
    /// <returns>For example <c>1f0c-77a2-90be-4d31-c5e8</c>.</returns>
    public static string Of(string signingKey, string sealingKey)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{signingKey}\n{sealingKey}")))[..Digits];
        return string.Join('-', Enumerable.Range(0, Digits / Group).Select(group => hash.Substring(group * Group, Group)));
    }
}
