using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// Bounds what one request may read: for how long, and how much of the readers. Runs after authentication, which has readers of its own.
/// What changes something is not bounded: it must not be broken off half way, and only the admin can ask for it.
/// </summary>
internal sealed class ReadLimits(RequestDelegate next, HttpOptions options, TimeProvider time)
{
    /// <summary>A file of a whole page or table is asked for once in a while and may take longer.</summary>
    private const int ExportFactor = 4;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }

        var role = context.Features.Get<AdminSession>()?.Role;
        var seconds = options.ReadTimeoutSeconds * (IsFile(context.Request) ? ExportFactor : 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        using var scope = ReadScope.Open($"{role} {RequestLimits.AddressOf(context)}", role == AdminRole.Admin, ended.Token);
        await next(context);
    }

    private static bool IsFile(HttpRequest request) => request.Query.ContainsKey("export") || (ApiFormat.TryRead(request, out var csv) && csv);
}
