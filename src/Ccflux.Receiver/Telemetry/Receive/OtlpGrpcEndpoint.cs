using System.Buffers.Binary;
using Microsoft.AspNetCore.Http.Features;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>OTLP over gRPC: one message in, one out, each after a five-byte prefix (compressed or not, length), with the status in the trailers.
/// See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.</summary>
internal sealed class OtlpGrpcEndpoint(OtlpIntake intake)
{
    private const string ContentType = "application/grpc";
    private const int PrefixLength = 5;

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    public async Task TakeAsync(HttpContext context, OtlpSignal signal)
    {
        var response = context.Response;
        if (!IsGrpc(context.Request) || !response.SupportsTrailers())
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        response.ContentType = ContentType;
        response.Headers["grpc-accept-encoding"] = OtlpPackings.Accepted;
        var outcome = await ReadAsync(context, signal);
        if (outcome.Verdict == OtlpVerdict.Taken)
        {
            var message = OtlpResponses.Success(signal, OtlpFormat.Protobuf, outcome);
            var frame = new byte[PrefixLength + message.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
            message.CopyTo(frame, PrefixLength);
            await response.Body.WriteAsync(frame, context.RequestAborted);
            response.AppendTrailer("grpc-status", "0");
            return;
        }

        WriteFailure(response, outcome);
    }

    /// <summary>For services and methods that are not OTLP's.</summary>
    public static Task RefuseUnknownAsync(HttpContext context)
    {
        context.Response.ContentType = ContentType;
        context.Response.AppendTrailer("grpc-status", GrpcStatus.Unimplemented.ToString(CultureInfo.InvariantCulture));
        return Task.CompletedTask;
    }

    private static void WriteFailure(HttpResponse response, OtlpOutcome outcome)
    {
        response.AppendTrailer("grpc-status", GrpcStatus.Of(outcome.Verdict).ToString(CultureInfo.InvariantCulture));
        response.AppendTrailer("grpc-message", Escape(outcome.Message));
        if (outcome.RetryAfter is { } wait)
        {
            response.AppendTrailer("grpc-status-details-bin", Convert.ToBase64String(OtlpResponses.FailureWithRetry(outcome, wait)).TrimEnd('='));
        }
    }

    /// <summary>Escapes only what a header cannot contain, and the escape character itself.</summary>
    private static string Escape(string message) =>
        string.Concat(message.Select(c => c is >= ' ' and <= '~' and not '%' ? c.ToString() : Uri.HexEscape(c <= 0xFF ? c : '?')));

    private async Task<OtlpOutcome> ReadAsync(HttpContext context, OtlpSignal signal)
    {
        var prefix = new byte[PrefixLength];
        if (await context.Request.Body.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, context.RequestAborted) < PrefixLength || prefix[0] > 1)
        {
            return OtlpOutcome.CutOff;
        }

        var packing = prefix[0] == 1 ? OtlpPackings.Find(context.Request.Headers["grpc-encoding"].ToString()) : OtlpPacking.None;
        if (packing is null || (prefix[0] == 1 && packing == OtlpPacking.None))
        {
            return OtlpOutcome.UnknownEncoding;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        return await intake.TakeAsync(context, signal, OtlpFormat.Protobuf, packing.Value, length, context.RequestAborted);
    }
}
