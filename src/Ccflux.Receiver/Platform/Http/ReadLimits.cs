using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// Limits how long one request may read, and how many of the readers it may use. Runs after authentication, which has its own readers.
/// Requests that change something are not limited: they must not be interrupted half way, and only the admin can send them.
/// </summary>
internal sealed class ReadLimits(RequestDelegate next, HttpOptions options, TimeProvider time)
{
    /// <summary>A file of a whole page or table is requested rarely and may take longer.</summary>
    private const int ExportFactor = 4;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }

        var seconds = options.ReadTimeoutSeconds * (IsFile(context.Request) ? ExportFactor : 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        using var scope = ReadScope.Open(RequestLimits.CallerOf(context), Principal.Of(context).IsOperator, ended.Token);
        await next(context);
    }

    private static bool IsFile(HttpRequest request) => request.Query.ContainsKey("export") || (ApiFormat.TryRead(request, out var csv) && csv);
}
