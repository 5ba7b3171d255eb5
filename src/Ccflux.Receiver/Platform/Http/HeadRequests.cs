namespace Ccflux.Receiver.Platform.Http;

/// <summary>Answers HEAD like GET, because load balancers and monitors use it. The server leaves out the body by itself.</summary>
internal static class HeadRequests
{
    /// <summary>Must come before routing, which knows only GET.</summary>
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
