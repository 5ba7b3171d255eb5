using Ccflux.Contracts.Http;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Requests a minute of one caller to the pages and the API; it comes after authentication, so that a stranger at the same address uses
/// up nobody else's. The wire has limits of its own, by user, and so have the endpoints that are open to all.</summary>
internal sealed class PageRateLimit(RequestDelegate next, RequestLimits limits, BrowserAnswers answers)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isOpenToAll = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return isOpenToAll || limits.Pages.TryTake(RequestLimits.CallerOf(context), out var wait)
            ? next(context)
            : answers.WriteAsync(context, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Too many requests from this address (ADMIN_RATE_LIMIT_PER_MINUTE).", wait);
    }
}
