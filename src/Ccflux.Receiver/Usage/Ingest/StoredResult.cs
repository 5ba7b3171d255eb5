using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>The acknowledgement, the receiver's most frequent response: written in one piece with its length.</summary>
internal sealed class StoredResult(ReportReply reply) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(reply, UsageJson.Default.ReportReply);
        var response = httpContext.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
