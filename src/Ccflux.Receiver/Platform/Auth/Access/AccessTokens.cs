using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ccflux.Receiver.Platform.Auth.Access;

/// <summary>Looks at the token that Cloudflare Access puts on each request: RS256 by one of the team's keys, for this application, now.</summary>
internal sealed class AccessTokens(AccessOptions options, AccessKeys keys, TimeProvider time)
{
    private const int MaxToken = 8 * 1024;

    /// <summary>What clocks may differ by.</summary>
    private static readonly TimeSpan s_leeway = TimeSpan.FromSeconds(60);

    public async ValueTask<AccessVerdict> VerifyAsync(string? token, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(token))
        {
            return AccessVerdict.Missing;
        }

        if (token.Length > MaxToken || token.Split('.') is not [var head, var body, var mark]
            || Read(head) is not { } header || Text(header, "alg") is not "RS256" || Text(header, "kid") is not { Length: > 0 and <= 200 } name
            || !Base64Url.IsValid(mark) || Read(body) is not { } claims)
        {
            return AccessVerdict.Malformed;
        }

        var (key, canTell) = await keys.FindAsync(name, cancellationToken);
        if (key is not { } known)
        {
            return canTell ? AccessVerdict.UnknownKey : AccessVerdict.CannotTell;
        }

        return IsSigned(known, $"{head}.{body}", Base64Url.DecodeFromChars(mark)) ? Judge(claims) : AccessVerdict.Forged;
    }

    private AccessVerdict Judge(JsonElement claims)
    {
        var now = time.GetUtcNow();
        if (Number(claims, "exp") is not { } ends || Number(claims, "iat") is not { } made)
        {
            return AccessVerdict.Malformed;
        }

        return ends + s_leeway.TotalSeconds <= now.ToUnixTimeSeconds() ? AccessVerdict.Expired
            : Math.Max(made, Number(claims, "nbf") ?? made) - s_leeway.TotalSeconds > now.ToUnixTimeSeconds() ? AccessVerdict.NotYet
            : !string.Equals(Text(claims, "iss")?.TrimEnd('/'), options.Issuer.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal) ? AccessVerdict.WrongIssuer
            : IsForUs(claims) ? AccessVerdict.Valid
            : AccessVerdict.WrongAudience;
    }

    private bool IsForUs(JsonElement claims) => claims.TryGetProperty("aud", out var audience) && audience.ValueKind switch
    {
        JsonValueKind.String => audience.ValueEquals(options.Audience),
        JsonValueKind.Array => audience.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(options.Audience)),
        _ => false,
    };

    private static bool IsSigned(RSAParameters key, string text, byte[] mark)
    {
        try
        {
            using var rsa = RSA.Create(key);
            return rsa.VerifyData(Encoding.ASCII.GetBytes(text), mark, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // The framework cannot use such a key, so it has signed nothing.
        }
    }

    private static JsonElement? Read(string part)
    {
        if (!Base64Url.IsValid(part))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null; // Told as malformed.
        }
    }

    private static string? Text(JsonElement item, string name)
    {
        try
        {
            return item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // An escaped half of a surrogate pair is no text.
        }
    }

    private static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;
}
