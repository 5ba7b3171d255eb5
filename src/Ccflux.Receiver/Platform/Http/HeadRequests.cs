namespace Ccflux.Receiver.Platform.Http;

/// <summary>Answers HEAD as GET: load balancers and monitors ask so. The server leaves the body out by itself.</summary>
internal static class HeadRequests
{
    /// <summary>Before routing, which knows GET alone.</summary>
    public static void UseHeadRequests(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // The stream of live updates has no end to wait for.
        if (HttpMethods.IsHead(context.Request.Method) && !context.Request.Path.StartsWithSegments(Live.LiveRegistration.Path, StringComparison.OrdinalIgnoreCase))
        {
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    });
}
