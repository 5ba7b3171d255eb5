using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Bodies of answers: <c>ExportLogsServiceResponse</c> and the like, and <c>google.rpc.Status</c>, in the request's own format.</summary>
internal static class OtlpResponses
{
    /// <summary>Empty if everything was accepted; otherwise <c>partial_success</c> with how many records were not, and why.</summary>
    public static byte[] Success(OtlpSignal signal, OtlpFormat format, OtlpOutcome outcome)
    {
        if (format == OtlpFormat.Protobuf)
        {
            return new ProtoBytes().Message(1, new ProtoBytes().Number(1, outcome.Rejected).Text(2, outcome.Message).ToArray()).ToArray();
        }

        var rejected = signal switch
        {
            OtlpSignal.Logs => "rejectedLogRecords",
            OtlpSignal.Metrics => "rejectedDataPoints",
            OtlpSignal.Traces => "rejectedSpans",
        };
        var answer = outcome.Rejected == 0
            ? []
            : new JsonObject
            {
                ["partialSuccess"] = new JsonObject
                {
                    [rejected] = outcome.Rejected.ToString(CultureInfo.InvariantCulture),
                    ["errorMessage"] = outcome.Message,
                },
            };
        return JsonSerializer.SerializeToUtf8Bytes(answer);
    }

    public static byte[] Failure(OtlpFormat format, OtlpOutcome outcome)
    {
        var code = GrpcStatus.Of(outcome.Verdict);
        return format == OtlpFormat.Protobuf
            ? new ProtoBytes().Number(1, code).Text(2, outcome.Message).ToArray()
            : JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["code"] = code, ["message"] = outcome.Message });
    }

    /// <summary>The status with a <c>google.rpc.RetryInfo</c> in its details: only then may an exporter send the message again.</summary>
    public static byte[] FailureWithRetry(OtlpOutcome outcome, TimeSpan wait)
    {
        var delay = new ProtoBytes().Number(1, Refusal.SecondsOf(wait)).ToArray();
        var retry = new ProtoBytes().Message(1, delay).ToArray();
        var any = new ProtoBytes().Text(1, "type.googleapis.com/google.rpc.RetryInfo").Message(2, retry).ToArray();
        return new ProtoBytes().Number(1, GrpcStatus.Of(outcome.Verdict)).Text(2, outcome.Message).Message(3, any).ToArray();
    }
}

/// <summary>Codes of <c>google.rpc.Code</c>.</summary>
internal static class GrpcStatus
{
    public const int Ok = 0;
    public const int InvalidArgument = 3;
    public const int DeadlineExceeded = 4;
    public const int ResourceExhausted = 8;
    public const int Unimplemented = 12;
    public const int Unavailable = 14;
    public const int Unauthenticated = 16;

    public static int Of(OtlpVerdict verdict) => verdict switch
    {
        OtlpVerdict.Taken => Ok,
        OtlpVerdict.Malformed or OtlpVerdict.UnknownType => InvalidArgument,
        OtlpVerdict.UnknownEncoding => Unimplemented,
        OtlpVerdict.TooLarge or OtlpVerdict.RateLimited or OtlpVerdict.DailyCap => ResourceExhausted,
        OtlpVerdict.Busy or OtlpVerdict.StorageFailed => Unavailable,
        OtlpVerdict.TooSlow => DeadlineExceeded,
        OtlpVerdict.Unauthenticated => Unauthenticated,
    };
}
