using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>The answers to requests with a bad signature.</summary>
internal static class SignatureProblems
{
    public static Problem For(SignatureVerdict verdict)
    {
        var (code, detail) = Describe(verdict);
        return new Problem(StatusCodes.Status403Forbidden, code, detail);
    }

    public static (string Code, string Detail) Describe(SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.TimestampMissing => (ErrorCodes.TimestampMissing, $"{SignatureHeader.TimestampName} is missing or not an RFC 3339 time."),
        SignatureVerdict.TimestampStale => (ErrorCodes.TimestampStale, $"{SignatureHeader.TimestampName} differs from the server's time, stated in the Date header, by more than 5 minutes."),
        SignatureVerdict.Absent => (ErrorCodes.SignatureRequired, $"Sign the request: {SignatureHeader.Name} and {SignatureHeader.TimestampName}."),
        SignatureVerdict.Invalid => (ErrorCodes.SignatureInvalid, "The signature does not match the body, the timestamp and the key."),
        SignatureVerdict.Valid => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };
}
