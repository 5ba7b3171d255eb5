using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>OTLP over HTTP: <c>POST /v1/logs</c>, <c>/v1/metrics</c>, <c>/v1/traces</c>.</summary>
internal sealed class OtlpHttpEndpoint(OtlpIntake intake)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    public async Task TakeAsync(HttpContext context, OtlpSignal signal)
    {
        // The intake has its own limits.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var format = FormatOf(context.Request);
        var packing = OtlpPackings.Find(context.Request.Headers.ContentEncoding.ToString());
        var outcome = format is null ? new OtlpOutcome(OtlpVerdict.UnknownType, 0, $"Content-Type: {Protobuf} or {Json}.")
            : packing is null ? OtlpOutcome.UnknownEncoding
            : await intake.TakeAsync(context, signal, format.Value, packing.Value, context.Request.ContentLength, context.RequestAborted);
        await AnswerAsync(context.Response, signal, format ?? OtlpFormat.Json, outcome, context.RequestAborted);
    }

    private static OtlpFormat? FormatOf(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? null
        : type.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) ? OtlpFormat.Protobuf
        : type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) ? OtlpFormat.Json
        : null;

    private static async Task AnswerAsync(HttpResponse response, OtlpSignal signal, OtlpFormat format, OtlpOutcome outcome, CancellationToken cancellationToken)
    {
        response.StatusCode = StatusOf(outcome.Verdict);
        response.ContentType = format == OtlpFormat.Protobuf ? Protobuf : Json;
        if (outcome.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Refusal.SecondsOf(wait).ToString(CultureInfo.InvariantCulture);
        }

        if (outcome.Verdict == OtlpVerdict.DailyCap)
        {
            response.Headers[ErrorCodes.Header] = ErrorCodes.DailyCap;
        }

        if (outcome.Verdict == OtlpVerdict.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        var body = outcome.Verdict == OtlpVerdict.Taken ? OtlpResponses.Success(signal, format, outcome) : OtlpResponses.Failure(format, outcome);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, cancellationToken);
    }

    private static int StatusOf(OtlpVerdict verdict) => verdict switch
    {
        OtlpVerdict.Taken => StatusCodes.Status200OK,
        OtlpVerdict.Malformed => StatusCodes.Status400BadRequest,
        OtlpVerdict.TooLarge => StatusCodes.Status413PayloadTooLarge,
        OtlpVerdict.UnknownEncoding or OtlpVerdict.UnknownType => StatusCodes.Status415UnsupportedMediaType,
        OtlpVerdict.Unauthenticated => StatusCodes.Status401Unauthorized,
        OtlpVerdict.RateLimited or OtlpVerdict.DailyCap => StatusCodes.Status429TooManyRequests,
        OtlpVerdict.TooSlow => StatusCodes.Status408RequestTimeout,
        OtlpVerdict.Busy or OtlpVerdict.StorageFailed => StatusCodes.Status503ServiceUnavailable,
    };
}
