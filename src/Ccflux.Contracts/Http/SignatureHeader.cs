using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ccflux.Contracts.Http;

/// <summary>The signature of a request: <c>X-CCFLUX-Signature: ed25519 &lt;signature base64&gt; &lt;public key base64&gt;</c> and
/// <c>X-CCFLUX-Timestamp: 2026-11-20T14:31:46Z</c>. The signature covers the body as sent (compressed, if it is), a line feed and the timestamp's text.</summary>
/// <param name="Signature">64 bytes.</param>
/// <param name="PublicKey">32 bytes.</param>
public sealed record SignatureHeader(byte[] Signature, byte[] PublicKey)
{
    public const string Name = "X-CCFLUX-Signature";
    public const string TimestampName = "X-CCFLUX-Timestamp";
    public const int SignatureBytes = 64;
    public const int PublicKeyBytes = 32;

    private const string Scheme = "ed25519";

    public string Format() => $"{Scheme} {Convert.ToBase64String(Signature)} {Convert.ToBase64String(PublicKey)}";

    public static bool TryParse(string? text, [NotNullWhen(true)] out SignatureHeader? header)
    {
        header = null;
        if (text is null || text.Length > 256)
        {
            return false;
        }

        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || !string.Equals(parts[0], Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var signature = new byte[SignatureBytes];
        var key = new byte[PublicKeyBytes];
        if (!Exactly(parts[1], signature) || !Exactly(parts[2], key))
        {
            return false;
        }

        header = new SignatureHeader(signature, key);
        return true;
    }

    public static byte[] Message(ReadOnlySpan<byte> body, string timestamp)
    {
        var message = new byte[body.Length + 1 + timestamp.Length];
        body.CopyTo(message);
        message[body.Length] = (byte)'\n';
        for (var i = 0; i < timestamp.Length; i++)
        {
            message[body.Length + 1 + i] = timestamp[i] < 0x80 ? (byte)timestamp[i] : (byte)'?';
        }

        return message;
    }

    public static string FormatTimestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static bool TryParseTimestamp(string? text, out DateTimeOffset at)
    {
        at = default;
        return text is { Length: > 0 and <= 64 }
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
    }

    private static bool Exactly(string base64, byte[] target) =>
        Convert.TryFromBase64String(base64, target, out var written) && written == target.Length;
}
