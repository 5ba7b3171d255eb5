using System.Globalization;

namespace Ccflux.Simulator;

/// <summary>The upstreams as a server on a loopback port.</summary>
public static class SimulatorServer
{
    public static async Task<WebApplication> StartAsync(SimulatedUpstream upstream, TimeProvider time, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var answer = upstream.Answer(
                context.Request.Method,
                context.Request.Path,
                name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
                body);
            await GiveAsync(context, answer, time);
        });
        await app.StartAsync();
        return app;
    }

    private static async Task GiveAsync(HttpContext context, UpstreamAnswer answer, TimeProvider time)
    {
        if (answer.Delay > TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, time, context.RequestAborted);
        }

        if (answer.IsBroken)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}
