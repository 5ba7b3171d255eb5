using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Limits one caller's requests per minute to the pages and the API. Runs after authentication, so that a stranger at the same IP address does not use
/// up anyone else's allowance. Ingest has its own limits, by user, and so have the public endpoints.</summary>
internal sealed class PageRateLimit(RequestDelegate next, RequestLimits limits, BrowserAnswers answers)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isOpenToAll = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return isOpenToAll || limits.Pages.TryTake(RequestLimits.CallerOf(context), out var wait)
            ? next(context)
            : answers.WriteAsync(context, Refusals.TooManyPages(wait));
    }
}
