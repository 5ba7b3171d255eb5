using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Receiver.Platform.Auth;

/// <summary>Secrets that are shown once and kept as their SHA-256. They are random 256 bits, so that a plain hash keeps them.</summary>
internal static class SecretToken
{
    private const string StoredPrefix = "sha256:";
    private const int MaxLength = 512;

    public static string NewRefresh() => "rtok_" + New();

    public static string NewAccess() => "atok_" + New();

    public static string NewTelemetry() => "ttok_" + New();

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>How a refresh token stands in its table.</summary>
    public static string Stored(string token) => StoredPrefix + Convert.ToHexStringLower(Hash(token));

    /// <summary>True for what <see cref="Stored"/> makes. Such a text is never taken as a token itself: whoever reads the table could use it.</summary>
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
