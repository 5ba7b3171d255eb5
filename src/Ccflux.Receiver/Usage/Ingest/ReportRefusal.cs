using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;

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

/// <summary>A refused report.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">For people: the field and the limit, never a value of the report.</param>
/// <param name="RetryAfter">When to retry, if waiting helps.</param>
internal sealed record ReportRefusal(RefusalReason Reason, string Detail, TimeSpan? RetryAfter = null)
{
    public string Code => Reason switch
    {
        RefusalReason.TokenInvalid => ErrorCodes.TokenInvalid,
        RefusalReason.RateLimited => ErrorCodes.RateLimited,
        RefusalReason.TooLarge => ErrorCodes.TooLarge,
        RefusalReason.InvalidPayload => ErrorCodes.InvalidPayload,
        RefusalReason.FutureTurns => ErrorCodes.FutureTurns,
        RefusalReason.SignatureRequired => ErrorCodes.SignatureRequired,
        RefusalReason.TimestampMissing => ErrorCodes.TimestampMissing,
        RefusalReason.TimestampStale => ErrorCodes.TimestampStale,
        RefusalReason.SignatureInvalid => ErrorCodes.SignatureInvalid,
        RefusalReason.KeyNotRegistered => ErrorCodes.KeyNotRegistered,
        RefusalReason.KeyRevoked => ErrorCodes.KeyRevoked,
        RefusalReason.KeyPending => ErrorCodes.KeyPending,
        RefusalReason.DailyCap => ErrorCodes.DailyCap,
        RefusalReason.QueueFull or RefusalReason.StorageFailed => ErrorCodes.Busy,
    };

    public int Status => Reason switch
    {
        RefusalReason.TokenInvalid => StatusCodes.Status401Unauthorized,
        RefusalReason.RateLimited or RefusalReason.DailyCap => StatusCodes.Status429TooManyRequests,
        RefusalReason.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalReason.InvalidPayload or RefusalReason.FutureTurns => StatusCodes.Status400BadRequest,
        RefusalReason.QueueFull or RefusalReason.StorageFailed => StatusCodes.Status503ServiceUnavailable,
        RefusalReason.SignatureRequired or RefusalReason.TimestampMissing or RefusalReason.TimestampStale
            or RefusalReason.SignatureInvalid or RefusalReason.KeyNotRegistered or RefusalReason.KeyRevoked
            or RefusalReason.KeyPending => StatusCodes.Status403Forbidden,
    };

    public static ReportRefusal For(SignatureVerdict verdict) => new(
        verdict switch
        {
            SignatureVerdict.Absent => RefusalReason.SignatureRequired,
            SignatureVerdict.TimestampMissing => RefusalReason.TimestampMissing,
            SignatureVerdict.TimestampStale => RefusalReason.TimestampStale,
            SignatureVerdict.Invalid => RefusalReason.SignatureInvalid,
            SignatureVerdict.Valid => throw new ArgumentOutOfRangeException(nameof(verdict)),
        },
        SignatureRefusals.For(verdict).Detail);

    public static ReportRefusal? For(DeviceState state) => state switch
    {
        DeviceState.Active => null,
        DeviceState.Unknown => new(RefusalReason.KeyNotRegistered, "This key is not registered for the token's user. Register it with POST /register-key."),
        DeviceState.Revoked => new(RefusalReason.KeyRevoked, "An admin revoked this device's key."),
        DeviceState.Pending => new(RefusalReason.KeyPending, "This device is waiting for an admin's approval."),
    };

    public Refusal ToProblem() => new(Status, Code, Detail, RetryAfter);
}
