using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ccflux.Contracts.Fleet;

/// <summary>The name of a login that may be shown and compared: the first 12 hex digits of SHA-256 over its refresh token, or over its access
/// token if it has none. Tokens are random, so a fingerprint reveals nothing about them.</summary>
public static class CredentialFingerprint
{
    public const int Length = 12;

    /// <param name="claudeAiOauth">A login in the client's form.</param>
    /// <returns>Null if it contains no token: the client keeps a login that has ended with empty ones.</returns>
    public static string? Of(JsonElement claudeAiOauth)
    {
        if (claudeAiOauth.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return Text(claudeAiOauth, "refreshToken") is { Length: > 0 } refresh ? Of(refresh)
            : Text(claudeAiOauth, "accessToken") is { Length: > 0 } access ? Of(access)
            : null;
    }

    /// <param name="token">The refresh token, or the access token if there is none.</param>
    public static string Of(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..Length];

    public static bool IsOne(string? text)
    {
        if (text is not { Length: Length })
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
