using System.Text;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Checks the signature of a request. An old capture fails by its timestamp; a copy of a fresh one passes, and must
/// be harmless because storing the same turns twice is.</summary>
internal sealed class RequestSignatures(TimeProvider time)
{
    /// <param name="headers">The request's headers.</param>
    /// <param name="message">A buffer whose first <paramref name="length"/> bytes are the body as sent, with
    /// <see cref="MaxSuffix"/> bytes of room after them.</param>
    /// <param name="length">The body's length.</param>
    /// <param name="publicKey">The key that signed, in base64, where the verdict is <see cref="SignatureVerdict.Valid"/>.</param>
    public SignatureVerdict Check(IHeaderDictionary headers, Span<byte> message, int length, out string publicKey)
    {
        publicKey = "";
        if (headers[SignatureHeader.Name] is not [{ } text])
        {
            return headers.ContainsKey(SignatureHeader.Name) ? SignatureVerdict.Invalid : SignatureVerdict.Absent;
        }

        if (!SignatureHeader.TryParse(text, out var signature))
        {
            return SignatureVerdict.Invalid;
        }

        if (headers[SignatureHeader.TimestampName] is not [{ } timestamp] || !SignatureHeader.TryParseTimestamp(timestamp, out var at))
        {
            return SignatureVerdict.TimestampMissing;
        }

        if ((at - time.GetUtcNow()).Duration() > ReportLimits.ClockTolerance)
        {
            return SignatureVerdict.TimestampStale;
        }

        message[length] = (byte)'\n';
        var suffix = 1 + Encoding.ASCII.GetBytes(timestamp, message[(length + 1)..]);
        if (!Ed25519.IsValid(signature.PublicKey, message[..(length + suffix)], signature.Signature))
        {
            return SignatureVerdict.Invalid;
        }

        publicKey = Convert.ToBase64String(signature.PublicKey);
        return SignatureVerdict.Valid;
    }

    /// <summary>Room that a signed message needs after the body: a line feed and the longest timestamp that is read.</summary>
    public const int MaxSuffix = 1 + 64;
}
