using System.Text;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Verifies the signature of a request. An old capture is rejected by its timestamp. A copy of a recent one is accepted, and must
/// be harmless because storing the same turns twice is harmless.</summary>
internal sealed class RequestSignatures(TimeProvider time)
{
    /// <param name="request">The request.</param>
    /// <param name="body">Its body, with <see cref="MaxSuffix"/> spare bytes.</param>
    /// <param name="publicKey">The key that signed, in base64, if the verdict is <see cref="SignatureVerdict.Valid"/>.</param>
    public SignatureVerdict Check(HttpRequest request, BodyReader body, out string publicKey) =>
        Check(request.Headers, body.SentBuffer, body.SentLength, out publicKey);

    /// <summary>The same, where one key must have signed: a valid signature of another key is invalid.</summary>
    public SignatureVerdict CheckKey(HttpRequest request, BodyReader body, string publicKey)
    {
        var verdict = Check(request, body, out var signer);
        return verdict == SignatureVerdict.Valid && !string.Equals(signer, publicKey, StringComparison.Ordinal) ? SignatureVerdict.Invalid : verdict;
    }

    /// <param name="headers">The request's headers.</param>
    /// <param name="message">A buffer whose first <paramref name="length"/> bytes are the body as sent, followed by
    /// <see cref="MaxSuffix"/> spare bytes.</param>
    /// <param name="length">The body's length.</param>
    /// <param name="publicKey">The key that signed, in base64, if the verdict is <see cref="SignatureVerdict.Valid"/>.</param>
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

    /// <summary>The spare bytes that a signed message needs after the body: a line feed and the longest accepted timestamp.</summary>
    public const int MaxSuffix = 1 + 64;
}
