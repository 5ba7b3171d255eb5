using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>
/// <c>GET /metrics</c>. No label names a user. If METRICS_TOKEN is set, every caller needs it as a bearer token; otherwise only this machine gets an answer.
/// </summary>
internal sealed class MetricsEndpoint(MetricsCollector collector, IEnumerable<IBeforeScrape> gauges, AdminOptions options)
{
    public const string Path = "/metrics";

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        if (options.MetricsToken is { } token ? !IsBearer(context.Request, token) : !LocalRequest.Asks(context))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return options.MetricsToken is null ? Refusals.MetricsTokenUnset : Refusals.MetricsTokenInvalid;
        }

        foreach (var gauge in gauges)
        {
            await gauge.RefreshAsync(context.RequestAborted);
        }

        return Results.Text(PrometheusText.Write(collector.Read()), PrometheusText.ContentType);
    }

    private static bool IsBearer(HttpRequest request, string token) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString())),
        SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + token)));
}
