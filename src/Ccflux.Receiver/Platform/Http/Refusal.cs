using System.Text.Json;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// A refusal, as <see cref="Refusals"/> lists them. For programs it is RFC 9457 problem details, with <see cref="ErrorCodes.Header"/> and, if waiting helps,
/// <c>Retry-After</c>; <see cref="BrowserAnswers"/> makes a page of it for people.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="ErrorCodes"/>; empty if programs have no reason to tell it from others with the same status.</param>
/// <param name="Detail">For people, in whole sentences.</param>
/// <param name="RetryAfter">How long to wait, if waiting helps.</param>
internal sealed record Refusal(int Status, string Code, string Detail, TimeSpan? RetryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        WriteHead(response);
        response.ContentType = "application/problem+json";
        var body = new ProblemBody(Titles.Of(Status), Status, Detail, Code.Length > 0 ? Code : null);
        return JsonSerializer.SerializeAsync(response.Body, body, ProblemJson.Default.ProblemBody, httpContext.RequestAborted);
    }

    /// <summary>Writes the status and headers, whatever the body is.</summary>
    public void WriteHead(HttpResponse response)
    {
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (Code.Length > 0)
        {
            response.Headers[ErrorCodes.Header] = Code;
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = SecondsOf(wait).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A wait as clients get it: whole seconds, at least one.</summary>
    public static long SecondsOf(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
}

/// <summary>A refusal's body. <c>type</c> is omitted, which means <c>about:blank</c>.</summary>
internal sealed record ProblemBody(string Title, int Status, string Detail, string? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ProblemJson : JsonSerializerContext;
