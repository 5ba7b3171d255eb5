using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Rate limits of endpoints that anyone may read, which <see cref="PageRateLimit"/> leaves out.</summary>
internal static class RateFilters
{
    /// <summary>Everyone counts by role and IP address.</summary>
    public static TBuilder LimitPages<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.Limit(limits => limits.Pages, RequestLimits.CallerOf, Refusals.TooManyPages);

    /// <summary>Everyone counts by IP address, signed in or not.</summary>
    public static TBuilder LimitPagesByAddress<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.Limit(limits => limits.Pages, RequestLimits.AddressOf, Refusals.TooManyPages);

    /// <summary>Who is not signed in counts by IP address; who is signed in is not limited.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="asPage">Answers people with a page.</param>
    public static TBuilder LimitPagesOfStrangers<TBuilder>(this TBuilder endpoints, bool asPage = false)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.Limit(limits => limits.Pages, context => AdminSession.Of(context) is null ? RequestLimits.AddressOf(context) : null, Refusals.TooManyPages, asPage);

    /// <summary>For what costs a read of the database or of the counters; by IP address.</summary>
    public static TBuilder LimitOpen<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.Limit(limits => limits.Open, RequestLimits.AddressOf, Refusals.TooManyFromAddress);

    private static TBuilder Limit<TBuilder>(
        this TBuilder endpoints, Func<RequestLimits, KeyedRateLimiter> limit, Func<HttpContext, string?> key, Func<TimeSpan, Refusal> tooMany, bool asPage = false)
        where TBuilder : IEndpointConventionBuilder => endpoints.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var services = context.RequestServices;
            if (key(context) is not { } caller || limit(services.GetRequiredService<RequestLimits>()).TryTake(caller, out var wait))
            {
                return await next(invocation);
            }

            return asPage ? services.GetRequiredService<BrowserAnswers>().Refuse(tooMany(wait)) : tooMany(wait);
        });
}
