using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Why a report was refused. The names are also the metric's labels.</summary>
internal enum RefusalReason
{
    TokenInvalid = 1,
    RateLimited = 2,
    TooLarge = 3,
    InvalidPayload = 4,
    FutureTurns = 5,
    SignatureRequired = 6,
    TimestampMissing = 7,
    TimestampStale = 8,
    SignatureInvalid = 9,
    KeyNotRegistered = 10,
    KeyRevoked = 11,
    KeyPending = 12,
    DailyCap = 13,
    QueueFull = 14,
    StorageFailed = 15,
}

/// <summary>The reasons of the codes that clients get.</summary>
internal static class RefusalCode
{
    /// <param name="code">One of <see cref="ErrorCodes"/> that a report can be refused with. A full queue has the code of a full disk, so it is not among the reasons here.</param>
    public static RefusalReason ReasonOf(string code) => code switch
    {
        ErrorCodes.TokenInvalid => RefusalReason.TokenInvalid,
        ErrorCodes.RateLimited => RefusalReason.RateLimited,
        ErrorCodes.TooLarge => RefusalReason.TooLarge,
        ErrorCodes.InvalidPayload => RefusalReason.InvalidPayload,
        ErrorCodes.FutureTurns => RefusalReason.FutureTurns,
        ErrorCodes.SignatureRequired => RefusalReason.SignatureRequired,
        ErrorCodes.TimestampMissing => RefusalReason.TimestampMissing,
        ErrorCodes.TimestampStale => RefusalReason.TimestampStale,
        ErrorCodes.SignatureInvalid => RefusalReason.SignatureInvalid,
        ErrorCodes.KeyNotRegistered => RefusalReason.KeyNotRegistered,
        ErrorCodes.KeyRevoked => RefusalReason.KeyRevoked,
        ErrorCodes.KeyPending => RefusalReason.KeyPending,
        ErrorCodes.DailyCap => RefusalReason.DailyCap,
        ErrorCodes.Busy => RefusalReason.StorageFailed,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No report is refused with this code."),
    };
}
