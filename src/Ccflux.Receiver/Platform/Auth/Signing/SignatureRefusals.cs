using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>The refusals of requests with a bad signature.</summary>
internal static class SignatureRefusals
{
    /// <param name="verdict">Any but <see cref="SignatureVerdict.Valid"/>.</param>
    public static Refusal For(SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.TimestampMissing => Refusals.TimestampMissing,
        SignatureVerdict.TimestampStale => Refusals.TimestampStale,
        SignatureVerdict.Absent => Refusals.SignatureRequired,
        SignatureVerdict.Invalid => Refusals.SignatureInvalid,
        SignatureVerdict.Valid => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };
}
