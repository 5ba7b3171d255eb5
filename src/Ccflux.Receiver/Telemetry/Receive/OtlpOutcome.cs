using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>The kinds of OTLP messages.</summary>
internal enum OtlpSignal
{
    Logs = 1,
    Metrics,
    Traces,
}

/// <summary>How a message is encoded.</summary>
internal enum OtlpFormat
{
    Protobuf = 1,
    Json,
}

/// <summary>How a message is compressed.</summary>
internal enum OtlpPacking
{
    None = 0,
    Gzip,
    Zstd,
}

internal static class OtlpPackings
{
    /// <summary>For gRPC's <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip,zstd";

    /// <summary>Null for an unsupported encoding.</summary>
    public static OtlpPacking? Find(string encoding) => encoding.ToLowerInvariant() switch
    {
        "" or "identity" => OtlpPacking.None,
        "gzip" => OtlpPacking.Gzip,
        "zstd" => OtlpPacking.Zstd,
        _ => null,
    };
}

/// <summary>The outcome of a message.</summary>
internal enum OtlpVerdict
{
    /// <summary>What could be accepted is durable; some records may be refused.</summary>
    Taken = 1,
    Malformed,
    TooLarge,
    UnknownEncoding,
    UnknownType,
    Unauthenticated,
    RateLimited,
    Busy,
    StorageFailed,
    TooSlow,
    DailyCap,
}

/// <summary>The answer to a message, before it is translated for a transport.</summary>
/// <param name="Rejected">Records that were refused and should not be sent again.</param>
/// <param name="Message">For people.</param>
/// <param name="RetryAfter">Set if the same message may be sent again.</param>
internal sealed record OtlpOutcome(OtlpVerdict Verdict, int Rejected, string Message, TimeSpan? RetryAfter = null)
{
    public static readonly OtlpOutcome Busy = new(OtlpVerdict.Busy, 0, "More telemetry is waiting than can be stored now.", TimeSpan.FromSeconds(2));

    public static readonly OtlpOutcome StorageFailed = Of(Refusals.StorageBusy);

    public static readonly OtlpOutcome NotUnpacked = new(OtlpVerdict.Malformed, 0, "The message cannot be decompressed.");

    public static readonly OtlpOutcome CutOff = new(OtlpVerdict.Malformed, 0, "The message is cut off.");

    public static readonly OtlpOutcome UnknownEncoding = new(OtlpVerdict.UnknownEncoding, 0, "Only gzip and zstd are supported as encodings.");

    /// <summary>A refusal of the catalogue, for transports that have their own forms.</summary>
    public static OtlpOutcome Of(Refusal refusal) => new(
        refusal.Code switch
        {
            ErrorCodes.TokenInvalid => OtlpVerdict.Unauthenticated,
            ErrorCodes.RateLimited => OtlpVerdict.RateLimited,
            ErrorCodes.DailyCap => OtlpVerdict.DailyCap,
            _ => OtlpVerdict.StorageFailed,
        },
        0,
        refusal.Detail,
        refusal.RetryAfter);

    public static OtlpOutcome TooSlow(TimeSpan deadline) => new(OtlpVerdict.TooSlow, 0, $"A message must arrive within {deadline.TotalSeconds:0} seconds.");

    public static OtlpOutcome TooLarge(int limit) =>
        new(OtlpVerdict.TooLarge, 0, $"A message may be at most {limit / 1024} KiB, as sent and decompressed (OTLP_BODY_LIMIT_KB; OTLP_COLLECTOR_BODY_LIMIT_KB with the organisation's token).");

    public static OtlpOutcome Taken(int received, int rejected, string? reason) =>
        new(OtlpVerdict.Taken, rejected, rejected == 0 ? "" : $"{rejected} of {received} refused: {reason}.");
}
