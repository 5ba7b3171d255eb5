using System.Text.Json;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// A refusal as RFC 9457 problem details, with <see cref="ErrorCodes.Header"/> for programs and <c>Retry-After</c> if waiting helps.
/// </summary>
internal sealed class Problem(int status, string code, string detail, TimeSpan? retryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        WriteHead(response, status, code, retryAfter);
        response.ContentType = "application/problem+json";
        var body = new ProblemBody(Titles.Of(status), status, detail, code.Length > 0 ? code : null);
        return JsonSerializer.SerializeAsync(response.Body, body, ProblemJson.Default.ProblemBody, httpContext.RequestAborted);
    }

    /// <summary>Writes the status and headers of a refusal, whatever its body is.</summary>
    public static void WriteHead(HttpResponse response, int status, string code, TimeSpan? retryAfter)
    {
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (code.Length > 0)
        {
            response.Headers[ErrorCodes.Header] = code;
        }

        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>Body of a <see cref="Problem"/>. <c>type</c> is omitted, which means <c>about:blank</c>.</summary>
internal sealed record ProblemBody(string Title, int Status, string Detail, string? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ProblemJson : JsonSerializerContext;

/// <summary>The titles of status codes, for problems and error pages.</summary>
internal static class Titles
{
    public static string Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Bad request",
        StatusCodes.Status401Unauthorized => "Not signed in",
        StatusCodes.Status403Forbidden => "Not allowed",
        StatusCodes.Status404NotFound => "Not found",
        StatusCodes.Status405MethodNotAllowed => "Method not allowed",
        StatusCodes.Status408RequestTimeout => "Request timed out",
        StatusCodes.Status409Conflict => "Conflict",
        StatusCodes.Status413PayloadTooLarge => "Too large",
        StatusCodes.Status421MisdirectedRequest => "Wrong host",
        StatusCodes.Status415UnsupportedMediaType => "Unsupported media type",
        StatusCodes.Status422UnprocessableEntity => "Cannot be done",
        StatusCodes.Status429TooManyRequests => "Too many requests",
        StatusCodes.Status503ServiceUnavailable => "Not available",
        >= 500 => "Something went wrong",
        _ => "Request refused",
    };
}
