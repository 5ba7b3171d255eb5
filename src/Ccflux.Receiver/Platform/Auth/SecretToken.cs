using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Receiver.Platform.Auth;

/// <summary>Secrets that are shown once and stored as their SHA-256. They have 256 random bits, so a plain hash is sufficient.</summary>
internal static class SecretToken
{
    private const string StoredPrefix = "sha256:";
    private const int MaxLength = 512;

    public static string NewRefresh() => "rtok_" + New();

    public static string NewAccess() => "atok_" + New();

    public static string NewTelemetry() => "ttok_" + New();

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The form in which a refresh token is stored.</summary>
    public static string Stored(string token) => StoredPrefix + Convert.ToHexStringLower(Hash(token));

    /// <summary>True for the output of <see cref="Stored"/>. Such a text is never accepted as a token itself; otherwise anyone who can read the table could use it.</summary>
    public static bool IsStored(string text) => text.StartsWith(StoredPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token of an <c>Authorization: Bearer …</c> header, or null.</summary>
    public static string? Bearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header.AsSpan(Scheme.Length).Trim();
        return token.Length is > 0 and <= MaxLength ? token.ToString() : null;
    }

    private static string New() =>
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
